"""Other systems' formats, in and out: CAP 1.2 for incidents, Open311 GeoReport v2 for requests."""
