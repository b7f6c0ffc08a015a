"""`python -m nhiscan` is `nhiscan`."""

from nhiscan.cli import main

if __name__ == "__main__":
    main()
