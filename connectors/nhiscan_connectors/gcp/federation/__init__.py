"""Federation: whom the providers of workload identity pools vouch for, and what policies let them be."""
