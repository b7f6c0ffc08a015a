"""Reading the directory of Microsoft Entra: what services of the tenant share."""
