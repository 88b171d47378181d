"""Events have entries in readers' calendars, renderings carry them as an .ics, and articles' pictures are kept.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("renderings", sa.Column("calendar", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "calendar_entries",
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uid", sa.String(320), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.String(10), nullable=False, server_default=""),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "place", name="pk_calendar_entries"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_calendar_entries_campaign_id", ondelete="CASCADE"),
    )
    op.create_index("ix_calendar_entries_uid", "calendar_entries", ["uid"])
    op.create_table(
        "pictures",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_pictures"),
    )


def downgrade() -> None:
    op.drop_table("pictures")
    op.drop_table("calendar_entries")
    with op.batch_alter_table("renderings") as renderings:
        renderings.drop_column("calendar")
