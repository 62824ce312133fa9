"""What a published file holds: its tables and their columns, and the words of DuckDB's SQL."""

from typing import NamedTuple

import duckdb

TABLES = """
    select table_name, estimated_size as rows, rtrim(split_part(comment, '. ', 1), '.') as description
    from duckdb_tables()
    where database_name = 'warehouse' and schema_name = 'main' and table_name like '%{name}%'
    order by table_name
"""
DESCRIBE = """
    select column_name, lower(data_type) as type, comment as description from duckdb_columns()
    where database_name = 'warehouse' and lower('{name}') in (table_name, schema_name || '.' || table_name)
        and (schema_name = 'main' or contains('{name}', '.'))
    order by column_index
"""
_COLUMNS = """
    select if(schema_name = 'main', table_name, schema_name || '.' || table_name),
        list(column_name order by column_index)
    from duckdb_columns() where database_name = 'warehouse' and not internal
    group by schema_name, table_name order by schema_name <> 'main', schema_name, table_name
"""
_WORDS = """
    select distinct word from (
        select keyword_name as word from duckdb_keywords()
        union all select function_name from duckdb_functions() where function_type <> 'pragma'
    ) where regexp_full_match(word, '[a-z]\\w+') order by word
"""
_PUBLISH = "select publish_id, strftime(made_at, '%Y-%m-%d %H:%M:%S UTC') from publish_info"


class Catalog(NamedTuple):
    """Names of a published file."""

    tables: dict[str, list[str]]
    """Table -> columns; of other schemas as `staging.stg_ledger__orders`."""
    words: list[str]


def read_catalog(connection: duckdb.DuckDBPyConnection) -> Catalog:
    """All names that a query may use."""
    tables = dict(connection.execute(_COLUMNS).fetchall())
    return Catalog(tables, [word for (word,) in connection.execute(_WORDS).fetchall()])


def about_publish(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """(name, text) of the publish that is open; empty where the file does not say."""
    try:
        row = connection.execute(_PUBLISH).fetchone()
    except duckdb.Error:
        return []
    return [("publish", row[0]), ("made at", row[1])] if row else []
