"""The one import of Great Expectations: analytics off before it loads, its chatter kept to itself."""

import logging
import os
import warnings
from importlib import import_module
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # it would post to a server of its maker
logging.getLogger("great_expectations").setLevel(logging.WARNING)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    gx: Any = import_module("great_expectations")  # its types do not say what its API takes
    gxe: Any = import_module("great_expectations.expectations")
    column: Any = import_module("great_expectations.expectations.row_conditions").Column


def context() -> Any:
    """A context that lives in memory; the default one leaves a folder for its pages behind each time."""
    base = import_module("great_expectations.data_context.types.base")
    stores = base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    made = gx.get_context(
        mode="ephemeral",
        project_config=base.DataContextConfig(store_backend_defaults=stores, analytics_enabled=False),
    )
    made.variables.progress_bars = {"globally": False, "metric_calculations": False}
    return made
