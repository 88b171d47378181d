"""Which attributes do the people of a list have?"""

from sqlalchemy import text
from sqlalchemy.orm import Session

_NAMES = {
    "sqlite": "SELECT DISTINCT a.key FROM subscriptions u JOIN subscribers s ON s.id = u.subscriber_id, json_each(s.attributes) a",
    "postgresql": "SELECT DISTINCT a FROM subscriptions u JOIN subscribers s ON s.id = u.subscriber_id, json_object_keys(s.attributes) a",
}


def names(session: Session, list_id: int) -> list[str]:
    """The names of all attributes that anybody has who is or was on the list, in order."""
    found = session.scalars(text(f"{_NAMES[session.get_bind().dialect.name]} WHERE u.list_id = :id"), {"id": list_id})
    return sorted(found)
