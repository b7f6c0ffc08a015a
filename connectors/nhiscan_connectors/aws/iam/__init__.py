"""IAM in one account: who exists, what they prove themselves with, what they may do, and who may take them on."""
