"""Which tax a supply bears: who supplies what to whom, where and when. Pure: no clock, no network."""
