"""SageMaker, by what it is for: notebooks and Studio, hosting, jobs and pipelines, and the products around them."""
