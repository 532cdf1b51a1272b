"""The one place through which rows that belong to a site are read and written: it adds the site to every query.

A row of another site is not there for anybody here: it is not found, not counted, not changed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, RowMapping, Table, delete, insert, select, update

from tdscreen.errors import InputError

Row = RowMapping


class Scope:
    """What one site has in the database, within one transaction.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    site : str
    """

    def __init__(self, connection: Connection, site: str) -> None:
        self._connection = connection
        self.site = site

    def rows(self, table: Table, *, order: str = "id", **equal: Any) -> list[Row]:
        """Give the rows of this site whose columns have these values."""
        query = select(table).where(*self._conditions(table, equal)).order_by(table.c[order], table.c.id)
        return list(self._connection.execute(query).mappings())

    def row(self, table: Table, identifier: str) -> Row:
        """Give one row.

        Raises
        ------
        InputError
            This site has none of that identifier.
        """
        # An address may name anything, and PostgreSQL takes no text with a zero in it.
        for row in self.rows(table, id=identifier) if identifier.isalnum() else []:
            return row
        raise InputError(f"There is no such entry among the {table.name.replace('_', ' ')} of this site.")

    def add(self, table: Table, **values: Any) -> None:
        """Add a row to this site."""
        self._connection.execute(insert(table).values(site_id=self.site, **values))

    def change(self, table: Table, identifier: str, **values: Any) -> None:
        """Change a row of this site that is there."""
        self.row(table, identifier)
        self._connection.execute(
            update(table).where(*self._conditions(table, {"id": identifier})).values(**values)
        )

    def remove(self, table: Table, **equal: Any) -> int:
        """Remove the rows of this site whose columns have these values, and say how many there were."""
        if not equal:
            raise ValueError("A removal says of what.")
        return self._connection.execute(delete(table).where(*self._conditions(table, equal))).rowcount

    def _conditions(self, table: Table, equal: dict[str, Any]) -> list[Any]:
        return [table.c.site_id == self.site, *(table.c[name] == value for name, value in equal.items())]
