"""Documents that look wrong: policy rules that alert on their own, or a learned score."""
