"""What people and their programs write back, in six languages and more: absences, automatic replies, answers, wishes to leave, new addresses."""

from collections.abc import Iterator

from fob_mail.inbound.incoming import Kind
from tests.corpus.sample import Sample, mail, multipart, returned

OOO, AUTO, REPLY, OTHER, LEAVE, MOVED, SPAM = (
    Kind.OUT_OF_OFFICE,
    Kind.AUTO_REPLY,
    Kind.REPLY,
    Kind.OTHER,
    Kind.UNSUBSCRIBE,
    Kind.MOVED,
    Kind.SPAM,
)

RUTH = "Ruth Okafor <ruth@example.net>"
_ANSWERS = "In-Reply-To: <c0ffee@example.org>\nReferences: <c0ffee@example.org>"

_ABSENT = (
    (
        "en",
        "Automatic reply: Water is not for sale",
        "Out of office: Water is not for sale",
        "I am out of the office until 17 May with limited access to my e-mail. In urgent cases write to tomas@example.net.\n",
    ),
    (
        "de",
        "Automatische Antwort: Water is not for sale",
        "Abwesenheitsnotiz: Water is not for sale",
        "Ich bin bis zum 17. Mai im Urlaub und lese keine E-Mails. In dringenden Fällen wenden Sie sich an tomas@example.net.\n",
    ),
    (
        "es",
        "Respuesta automática: Water is not for sale",
        "Fuera de la oficina: Water is not for sale",
        "Estaré de vacaciones hasta el 17 de mayo. En caso de urgencia escriba a tomas@example.net.\n",
    ),
    (
        "fr",
        "Réponse automatique : Water is not for sale",
        "Absence du bureau : Water is not for sale",
        "Je suis en congés jusqu'au 17 mai. En cas d'urgence, écrivez à tomas@example.net.\n",
    ),
    (
        "ja",
        "自動応答: Water is not for sale",
        "不在通知: Water is not for sale",
        "5月17日まで休暇をいただいております。お急ぎの場合は tomas@example.net までご連絡ください。\n",
    ),
    (
        "pt",
        "Resposta automática: Water is not for sale",
        "Ausência: Water is not for sale",
        "Estou de férias até 17 de maio. Em caso de urgência, escreva para tomas@example.net.\n",
    ),
    (
        "it",
        "Risposta automatica: Water is not for sale",
        "Fuori sede: Water is not for sale",
        "Sono in ferie fino al 17 maggio. Per urgenze scrivete a tomas@example.net.\n",
    ),
)
_MARKS = {
    "exchange": "Return-Path: <>\nAuto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nX-MS-Exchange-Inbox-Rules-Loop: ruth@example.net\n"
    + _ANSWERS,
    "gmail": "Return-Path: <>\nPrecedence: bulk\nX-Autoreply: yes\nAuto-Submitted: auto-replied\n" + _ANSWERS,
    "sieve": "Return-Path: <>\nX-Sieve: Pigeonhole Sieve 0.5.4\nAuto-Submitted: auto-replied (vacation)\nPrecedence: bulk",
    "cpanel": "Return-Path: <ruth@example.net>\nX-Autorespond: Water is not for sale\nPrecedence: auto_reply\nX-Precedence: auto_reply",
    "zimbra": "Return-Path: <>\nAuto-Submitted: auto-replied (zimbra; vacation)\nPrecedence: bulk",
}
_AUTOMATIC = (
    ("ticket-en", "Re: Water is not for sale [Ticket #4711]", "Thank you for contacting the council. We have received your message and will answer within ten days. Please do not reply to this e-mail.\n", "Auto-Submitted: auto-replied\n" + _ANSWERS),
    ("ticket-de", "Eingangsbestätigung: Water is not for sale", "Vielen Dank für Ihre Nachricht. Diese E-Mail wurde automatisch erstellt.\n", "Auto-Submitted: auto-replied"),
    ("ticket-es", "Hemos recibido su mensaje", "Gracias por escribirnos. Le responderemos lo antes posible. Este es un mensaje automático.\n", "X-Autoreply: yes"),
    ("ticket-fr", "Accusé de réception : Water is not for sale", "Nous avons bien reçu votre message. Ceci est un message automatique, merci de ne pas y répondre.\n", "Auto-Submitted: auto-replied"),
    ("ticket-ja", "【自動返信】お問い合わせありがとうございます", "このメールは自動的に送信されています。\n", ""),
    ("council", "Automatic acknowledgement", "We receive many letters and answer each.\n", "X-Auto-Reply-From: office@example.net\nPrecedence: auto_reply"),
    ("autoreply-subject", "Autoreply: Water is not for sale", "Thanks, I read my mail once a week.\n", ""),
    ("auto-subject", "AUTO: Ruth Okafor (retour)", "Merci de votre message.\n", "Return-Path: <>"),
    ("challenge", "Your message is being held: please verify you are human", "To prove you are a person, click the link below and your message will reach me.\n", ""),
    ("challenge-boxtrapper", "Your email requires verification verify#abc", "The message you sent requires that you verify that you are a real live human being and not a spam source. boxtrapper\n", "Return-Path: <>"),
    ("challenge-protected", "RE: Water is not for sale", "This account is protected. Please click on the following link to have your address added to the recipient's allowed list.\n", ""),
    ("polish", "[Automatyczna odpowiedź] Water", "Dziękuję.\n", "Precedence: junk"),
    ("failing-subject", "Automatic reply: Returned mail art: undeliverable letters on show", "Thank you for writing to the museum. It could not be a busier week.\n", "Return-Path: <>\nAuto-Submitted: auto-replied"),
    ("failing-words", "Auto: Re: mail", "If your message was not delivered, or you got 550 5.1.1 User unknown, ring me.\n", "Auto-Submitted: auto-replied"),
    ("mailbox-unread", "Automatic reply: Water is not for sale", "This mailbox is not monitored. Mail to it is deleted.\n", _MARKS["exchange"]),
)  # fmt: skip
_NEW_ADDRESS = (
    (
        "en-auto",
        "Automatic reply: Water",
        "My e-mail address has changed. Please write to ruth.okafor@example.com from now on.\n",
        _MARKS["exchange"],
    ),
    ("en-person", "New e-mail address", "Dear friends, my new email address is ruth.okafor@example.com.\n", ""),
    (
        "de-auto",
        "Automatische Antwort: Water",
        "Meine E-Mail-Adresse hat sich geändert. Meine neue Adresse lautet ruth.okafor@example.com.\n",
        _MARKS["sieve"],
    ),
    ("es-person", "Cambio de correo", "Mi nueva dirección de correo es ruth.okafor@example.com\n", ""),
    ("fr-person", "Changement d'adresse", "Voici ma nouvelle adresse : ruth.okafor@example.com\n", ""),
    (
        "ja-person",
        "メールアドレス変更のお知らせ",
        "メールアドレスが変更になりました。新しいアドレスは ruth.okafor@example.com です。\n",
        "",
    ),
    ("closed", "Autoresponder", "This address is no longer in use. Use ruth.okafor@example.com instead.\n", "Auto-Submitted: auto-replied"),
)
_WISHES = (
    ("unsubscribe", "Hello, please take me off.\n"), ("Unsubscribe", ""), ("Re: Unsubscribe me", ""), ("please remove me from your list", ""), ("STOP", ""), ("Abmelden", ""), ("Newsletter abbestellen", ""),
    ("baja", ""), ("darse de baja", ""), ("désinscription", ""), ("désabonnement", "Merci\n"), ("配信停止", ""), ("配信停止希望", ""), ("cancelar inscrição", ""), ("cancella iscrizione", ""), ("opt-out", ""),
    ("Re: Water is not for sale", "Unsubscribe\n\n> Come on Thursday\n"), ("AW: Water is not for sale", "Bitte abmelden!\n\nAm 6. Mai 2027 schrieb News:\n> Kommt\n"),
)  # fmt: skip
_ANSWERED = (
    ("en", "Re: Water is not for sale", "Count me in, and I will bring two friends. Is there room for a wheelchair?\n\nOn Thu, 6 May 2027, News wrote:\n> Come\n"),
    ("de", "AW: Water is not for sale", "Ich komme gern. Leider konnte ich beim letzten Mal nicht.\n\nAm 06.05.2027 um 18:59 schrieb News:\n> Kommt\n"),
    ("es", "RE: Water is not for sale", "Allí estaré. ¿A qué hora abren las puertas?\n\nEl 6 de mayo de 2027 News escribió:\n> Venid\n"),
    ("fr", "RE: Water is not for sale", "Je viendrai avec plaisir, mais je serai en retard.\n\nLe 6 mai 2027, News a écrit :\n> Venez\n"),
    ("ja", "Re: Water is not for sale", "参加します。会場はどこですか。\n\n> Come\n"),
    ("pt", "RES: Water is not for sale", "Vou sim, obrigada!\n"),
    ("it", "R: Water is not for sale", "Ci sarò, grazie.\n"),
    ("sv", "SV: Water is not for sale", "Jag kommer.\n"),
    ("holiday", "Re: Water is not for sale", "I'll be away on holiday that week, such a pity! Please keep me on the list.\n"),
    ("bounce-quoted", "Re: Undeliverable: Water is not for sale", "I got the below, what does it mean?\n\n> 550 5.1.1 <ruth@example.net>: Recipient address rejected: User unknown\n> Undelivered Mail Returned to Sender\n"),
    ("complains", "Re: Water is not for sale", "My mailbox is full of this. It was rejected as spam last time, and my friend's address does not exist any more, says the server: 550 user unknown.\n"),
    ("postmaster", "Re: your question", "Hello, we have taken your server off our list; mail should be delivered now.\n"),
    ("unsubscribe-mentioned", "Re: Water is not for sale", "I nearly pressed unsubscribe, but then I saw the speakers. Coming!\n"),
)  # fmt: skip
_OTHERS = (
    ("question", "How do I get to Lantern Hall?", "Hello, is there a bus from the station?\n", ""),
    ("frage", "Frage zur Veranstaltung", "Guten Tag, gibt es Dolmetscher?\n", ""),
    ("pregunta", "Pregunta sobre el acto", "Buenas tardes, ¿hay traducción?\n", ""),
    ("question-fr", "Question sur la réunion", "Bonjour, l'entrée est-elle libre ?\n", ""),
    ("shitsumon", "集会について", "こんにちは。駐車場はありますか。\n", ""),
    ("newsletter", "This week at the council", "News of the week.\n", "List-Id: <news.example.com>\nList-Unsubscribe: <https://example.com/u>\nPrecedence: bulk"),
    ("delivery-company", "Your parcel could not be delivered today", "We were unable to deliver your parcel. Choose a new day.\n", ""),
    ("delivery-failed-driver", "Delivery failed", "Our driver rang at 12 Canal Street and nobody was in.\n", ""),
    ("returned-goods", "Returned item", "Your returned item has been received; the refund failed, we will try again.\n", ""),
    ("forwarded-bounce", "Fwd: Undelivered Mail Returned to Sender", "Can you help?\n\n-------- Forwarded Message --------\nFrom: MAILER-DAEMON@mx.example.com\n\n<x@example.net>: 550 5.1.1 User unknown\n", ""),
    ("cron", "Cron <root@mx> backup", "done\n", "Auto-Submitted: auto-generated"),
    ("mailbox-advice", "Is your mailbox full?", "Ten ways to tidy your mailbox. Error 552 and what it means.\n", ""),
    ("teacher", "Permanent failure of the pump", "The pump at the school has failed for good, and nobody can be reached. Who can help?\n", ""),
    ("office-news", "Outside the office: our picnic", "We meet at noon on the lawn.\n", ""),
    ("holiday-camp", "Holiday camp for children", "On holiday with us: two weeks by the sea.\n", ""),
)  # fmt: skip


def samples() -> Iterator[Sample]:
    """Everything that people and their programs write."""
    for language, automatic, absent, text in _ABSENT:
        for program, marks in _MARKS.items():
            subject = absent if program in {"cpanel", "zimbra"} else automatic
            yield Sample(f"absent-{language}/{program}", mail(subject, text, sender=RUTH, more=marks), OOO)
        yield Sample(f"absent-{language}/unmarked", mail(absent, text, sender=RUTH), OOO)
    for name, subject, text, more in _AUTOMATIC:
        yield Sample(f"automatic/{name}", mail(subject, text, sender=RUTH, more=more), AUTO)
    for name, subject, text, more in _NEW_ADDRESS:
        yield Sample(f"moved/{name}", mail(subject, text, sender=RUTH, more=more), MOVED)
    for place, (subject, text) in enumerate(_WISHES):
        yield Sample(f"leave/{place}", mail(subject, text, sender=RUTH, more=_ANSWERS if subject.startswith(("Re:", "AW:")) else ""), LEAVE)
    for name, subject, text in _ANSWERED:
        sender = "Postmaster <postmaster@example.net>" if name == "postmaster" else RUTH
        yield Sample(f"reply/{name}", mail(subject, text, sender=sender, more=_ANSWERS), REPLY)
        if name != "postmaster":
            yield Sample(f"reply/{name}-unthreaded", mail(subject, text, sender=sender), REPLY)
    for name, subject, text, more in _OTHERS:
        yield Sample(f"other/{name}", mail(subject, text, sender=RUTH, more=more), OTHER)
    yield from _shaped()


def _shaped() -> Iterator[Sample]:
    receipt = [
        ("text/plain", "Your message was read on 6 May.\n"),
        (
            "message/disposition-notification",
            "Final-Recipient: rfc822;ruth@example.net\nDisposition: manual-action/MDN-sent-manually; displayed\n",
        ),
    ]
    yield Sample(
        "receipt/read",
        multipart("Read: Water is not for sale", receipt, sender=RUTH, kind="report; report-type=disposition-notification"),
        AUTO,
    )
    deleted = [
        ("text/plain", "Your message was deleted without being read.\n"),
        (
            "message/disposition-notification",
            "Final-Recipient: rfc822;ruth@example.net\nDisposition: automatic-action/MDN-sent-automatically; deleted\n",
        ),
    ]
    yield Sample(
        "receipt/deleted",
        multipart("Not read: Water is not for sale", deleted, sender=RUTH, kind="report; report-type=disposition-notification"),
        AUTO,
    )
    attached = [("text/plain", "See the mail below, shall we print it?\n"), ("message/rfc822", returned())]
    yield Sample("other/forwarded-ours", multipart("Fwd: Water is not for sale", attached, sender=RUTH, kind="mixed"), OTHER)
    yield Sample(
        "spam/assassin",
        mail("Cheap watches", "Buy now.\n", sender="x@example.com", more="X-Spam-Flag: YES\nX-Spam-Status: Yes, score=17.2"),
        SPAM,
    )
    yield Sample("spam/rspamd", mail("You won", "Claim it.\n", sender="x@example.com", more="X-Spam: Yes"), SPAM)
    yield Sample("spam/reply-shaped", mail("Re: invoice", "Open it.\n", sender="x@example.com", more="X-Spam-Status: Yes, score=9.1"), SPAM)
