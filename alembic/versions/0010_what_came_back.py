"""What came back, told in full: who wrote, what followed, what is kept or forwarded; and each ground of a suppression, also once lifted.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
WORDS = {"recipient": sa.String(320), "sender": sa.String(320), "subject": sa.Text(), "new_address": sa.String(320), "followed": sa.Text()}


def upgrade() -> None:
    op.create_table(
        "grounds",
        sa.Column("id", BIG, nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("why", sa.String(12), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_how", sa.String(20), server_default="", nullable=False),
        sa.Column("lifted_words", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grounds")),
    )
    op.create_index(op.f("ix_grounds_digest"), "grounds", ["digest"])
    op.execute("INSERT INTO grounds (digest, why, since, note) SELECT digest, why, since, note FROM suppressions")
    op.add_column("feedback", sa.Column("cause", sa.String(20), server_default="", nullable=False))
    for name, kind in WORDS.items():
        op.add_column("feedback", sa.Column(name, kind, server_default="", nullable=False))
    op.add_column("feedback", sa.Column("kept", sa.String(200), server_default="", nullable=False))
    op.add_column("feedback", sa.Column("forward", sa.String(12), server_default="", nullable=False))
    op.add_column("feedback", sa.Column("forwarded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_feedback_forward"), "feedback", ["forward"])


def downgrade() -> None:
    op.drop_index(op.f("ix_feedback_forward"), "feedback")
    for name in ("forwarded_at", "forward", "kept", *reversed(WORDS), "cause"):
        op.drop_column("feedback", name)
    op.drop_index(op.f("ix_grounds_digest"), "grounds")
    op.drop_table("grounds")
