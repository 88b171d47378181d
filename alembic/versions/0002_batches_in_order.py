"""The next free batch is found at the same price in a campaign of a thousand and of a million.

Revision: 0002, after 0001.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_batches_campaign_id_state_first_position", "batches", ["campaign_id", "state", "first_position"])


def downgrade() -> None:
    op.drop_index("ix_batches_campaign_id_state_first_position", "batches")
