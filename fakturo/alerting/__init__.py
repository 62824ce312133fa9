"""What is watched and from where on it is told: KPIs, severities, chance. Pure: no clock, no I/O."""
