"""`script/bench`: requests per second, percentiles and queries of the platform, beside the floor of the same machine."""
