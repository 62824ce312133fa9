"""KPIs and levels as tests of alerts take them."""

from fakturo.alerting.kpis import KPIS, Measured
from fakturo.setting_groups.alerts import Alerts

DEFAULT = Alerts()
COUNTED = 1000
"""More than any KPI needs."""


def measured(kpi, value, currency=None, n=COUNTED, **more):
    of_money = {"collection_rate", "average_payment_days", "invoice_volume_change", "dso", "cei"}
    return Measured(kpi, currency or ("EUR" if kpi in of_money else None), value, n, **more)


def worse(name, value, by):
    """A value that is worse by so much."""
    return value + by if KPIS[name].worse == "higher" else value - by
