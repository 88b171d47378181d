"""Who of a batch is to be mailed, and who is not any more and why: asked of lists and suppressions when it is leased. Nothing is moved."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from fob_mail.database import moment_in
from fob_mail.envelopes import Recipient


def called(
    connection: Connection, batch_id: int, place: Mapping[str, int], now: datetime, *, attributes: bool
) -> tuple[tuple[Recipient, ...], dict[str, str]]:
    """Whom of a run of deliveries (campaign_id, first, last) to mail; and of the others that were owed, by position, why not.

    They left or were suppressed since the audience was frozen, or made a pause. Attributes come along where they are asked for.
    """
    asked = {**place, "now": moment_in(connection, now)}
    found, skipped = map(_told, connection.execute(_CALLED[connection.dialect.name, attributes], asked).one())
    return tuple(Recipient(batch_id, *row) for row in found or ()), skipped or {}


def _told(by_database: Any) -> Any:  # noqa: ANN401 whatever is in the JSON, which SQLite gives as text
    return json.loads(by_database) if isinstance(by_database, str) else by_database


_AS_ONE = {
    "sqlite": ("json_group_array", "json_array", "json_group_object"),
    "postgresql": ("json_agg", "json_build_array", "json_object_agg"),
}
_ATTRIBUTES = {"sqlite": ", json(attributes)", "postgresql": ", attributes"}
_CALLED = {
    (dialect, attributes): text(f"""
        SELECT {every}({each}(position, subscriber_id, address, name, language{wanted})) FILTER (WHERE why IS NULL),
               {named}(position, why) FILTER (WHERE why IS NOT NULL)
        FROM (SELECT d.position, d.subscriber_id, d.address, p.name, p.language{wanted and ", p.attributes"}, CASE
                     WHEN x.digest IS NOT NULL THEN 'suppressed'
                     WHEN s.state IS NULL OR s.state <> 'confirmed' THEN 'left the list'
                     WHEN s.paused_until > :now THEN 'paused' END AS why
              FROM deliveries AS d LEFT JOIN subscribers AS p ON p.id = d.subscriber_id
              LEFT JOIN subscriptions AS s
                ON s.subscriber_id = d.subscriber_id AND s.list_id = (SELECT list_id FROM campaigns WHERE id = :campaign_id)
              LEFT JOIN suppressions AS x ON x.digest = p.digest
              WHERE d.campaign_id = :campaign_id AND d.position BETWEEN :first AND :last
                AND d.state IN ('queued', 'deferred') ORDER BY d.position) AS owed
    """)  # noqa: S608 made of constants  # nosec
    for dialect, (every, each, named) in _AS_ONE.items()
    for attributes, wanted in ((False, ""), (True, _ATTRIBUTES[dialect]))
}
"""Each is looked up by their number, in joins: of a subquery PostgreSQL would make a table of the whole list, for each batch anew."""
