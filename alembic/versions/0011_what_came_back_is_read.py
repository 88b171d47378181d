"""What came back is listed by its kind, its campaign, and whether its mail is kept: indexes.

Revision: 0011, after 0010.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEXES = (("campaign_id", "kind"), ("kind", "id"), ("kept",))


def upgrade() -> None:
    for columns in INDEXES:
        op.create_index(op.f(f"ix_feedback_{'_'.join(columns)}"), "feedback", list(columns))


def downgrade() -> None:
    for columns in INDEXES:
        op.drop_index(op.f(f"ix_feedback_{'_'.join(columns)}"), "feedback")
