"""`script/bench`: requests a second, percentiles and queries of the platform, beside the floor of the machine."""
