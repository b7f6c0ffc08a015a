"""IAM of one account: what is asked, and how the answers become records."""
