"""Revenue of the days to come: open days, simple forecasts averaged, bands from their own past errors."""
