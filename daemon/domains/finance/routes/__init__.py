"""Routes of finance: `/billing` is where money is kept, `/financeiro` what it says."""
