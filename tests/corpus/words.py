"""Bounces in words alone, as qmail, old Exim, Sendmail and Postfix, Exchange, Gmail, Yahoo, GMX, Domino, Outlook.com and others write them."""

from collections.abc import Iterator

from fob_mail.inbound.incoming import Kind
from tests.corpus import texts
from tests.corpus.sample import READER, Sample, mail, multipart, returned

HARD, SOFT, BLOCKED, DELAYED = Kind.HARD, Kind.SOFT, Kind.BLOCKED, Kind.DELAYED

_DAEMON = "MAILER-DAEMON@mx.example.com"
_NULL = "Return-Path: <>"

SAID = (
    # form, name, sender, subject, text, further header lines, [(reason, kind, status)]
    ("qmail", texts.QMAIL, "MAILER-DAEMON@q.example.com", "failure notice", "Return-Path: <>\nReceived: (qmail 12345 invoked for bounce); 6 May 2027 19:00:00 -0000", (
        ("Sorry, no mailbox here by that name. (#5.1.1)", HARD, "5.1.1"),
        ("192.0.2.25 does not like recipient.\nRemote host said: 550 5.1.1 <{rcpt}>... User unknown\nGiving up on 192.0.2.25.", HARD, "5.1.1"),
        ("192.0.2.25 does not like recipient.\nRemote host said: 550 sorry, no such account\nGiving up on 192.0.2.25.", HARD, "5.0.0"),
        ("Sorry, I couldn't find any host named gone.example.net. (#5.1.2)", HARD, "5.1.2"),
        ("disk quota exceeded", SOFT, ""),
        ("192.0.2.25 failed after I sent the message.\nRemote host said: 552 5.3.4 Message too big for system", SOFT, "5.3.4"),
        ("192.0.2.25 failed after I sent the message.\nRemote host said: 554 5.7.1 Blocked by Spamhaus SBL", BLOCKED, "5.7.1"),
        ("Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)\nI'm not going to try again; this message has been in the queue too long.", SOFT, "4.4.1"),
    )),
    ("exim", texts.EXIM, "Mail Delivery System <Mailer-Daemon@exim.example.com>", "Mail delivery failed: returning message to sender", "Return-Path: <>\nX-Failed-Recipients: {rcpt}\nAuto-Submitted: auto-replied", (
        ("Unrouteable address", HARD, ""),
        ("SMTP error from remote mail server after RCPT TO:<{rcpt}>:\n    host mx.example.net [192.0.2.25]: 550 unknown user", HARD, "5.0.0"),
        ("SMTP error from remote mail server after RCPT TO:<{rcpt}>:\n    host mx.example.net [192.0.2.25]: 550 5.7.1 Mail from 192.0.2.10 refused: listed at bl.spamcop.net", BLOCKED, "5.7.1"),
        ("mailbox is full: retry timeout exceeded", SOFT, ""),
        ("retry time not reached for any host after a long failure period", SOFT, ""),
        ("all relevant MX records point to non-existent hosts", HARD, ""),
        ("SMTP error from remote mail server after end of data:\n    host mx.example.net [192.0.2.25]: 552 message size exceeds maximum message size", SOFT, "5.0.0"),
    )),
    ("sendmail", texts.SENDMAIL, "Mail Delivery Subsystem <MAILER-DAEMON@sm.example.com>", "Returned mail: User unknown", "Return-Path: <MAILER-DAEMON@sm.example.com>", (
        ("550 <{rcpt}>... User unknown", HARD, "5.0.0"),
        ("550 5.2.1 <{rcpt}>... Mailbox disabled for this recipient", HARD, "5.2.1"),
        ("552 5.2.2 <{rcpt}>... Mailbox full", SOFT, "5.2.2"),
        ("553 5.3.0 <{rcpt}>... No such user here", HARD, "5.3.0"),
        ("550 5.7.1 <{rcpt}>... Access denied, your host is on our blacklist", BLOCKED, "5.7.1"),
    )),
    ("postfix", texts.POSTFIX, "MAILER-DAEMON@mx.example.com (Mail Delivery System)", "Undelivered Mail Returned to Sender", "Return-Path: <>", (
        ('unknown user: "ruth"', HARD, ""),
        ("host mx.example.net[192.0.2.25] said: 550 <{rcpt}>: User unknown in local recipient table (in reply to RCPT TO command)", HARD, "5.0.0"),
        ("Name service error for gone.example.net: Host not found", HARD, ""),
        ("can't create user output file. Command output: procmail: Quota exceeded while writing /var/mail/ruth", SOFT, ""),
        ("host mx.example.net[192.0.2.25] said: 554 Denied by policy (in reply to end of DATA command)", BLOCKED, "5.0.0"),
    )),
    ("exchange55", texts.EXCHANGE55, "System Administrator <postmaster@corp.example.com>", "Undeliverable: Water is not for sale", "X-Mailer: Internet Mail Service (5.5.2657.72)", (
        ("The recipient name is not recognized", HARD, ""),
        ("The message reached the recipient's e-mail system, but delivery was refused: the mailbox is full", SOFT, ""),
    )),
    ("gmail", texts.GMAIL, "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)", "Return-Path: <>\nX-Failed-Recipients: {rcpt}", (
        ("550 5.1.1 <{rcpt}>... User Unknown", HARD, "5.1.1"),
        ("550 550 5.2.2 User quota exceeded (state 14)", SOFT, "5.2.2"),
        ("554 554 5.7.1 Message blocked: content looks like spam (state 18)", BLOCKED, "5.7.1"),
        ("552 552 Message size exceeds maximum permitted (state 17)", SOFT, "5.0.0"),
    )),
    ("yahoo", texts.YAHOO, "MAILER-DAEMON@yahoo.example.com", "Failure Notice", _NULL, (
        ("This user doesn't have a yahoo.com account ({rcpt}) [0]", HARD, ""),
        ("The user's mailbox is over quota. (#5.2.2)", SOFT, "5.2.2"),
        ("192.0.2.25 does not like recipient.\nRemote host said: 550 Recipient unknown [RCPT_TO]", HARD, "5.0.0"),
        ("Sorry, your account has been disabled or discontinued [#102].", HARD, ""),
    )),
    ("gmx", texts.GMX, "MAILER-DAEMON@gmx.example.com", "Mail delivery failed: returning message to sender", "Return-Path: <>", (
        ("5.1.1 <{rcpt}>... User is unknown {{mx-ha.gmx.example.com}}", HARD, "5.1.1"),
        ("delivery retry timeout exceeded", SOFT, ""),
        ("SMTP error from remote server for TEXT command, host: mx.example.net (192.0.2.25) reason: 552 5.2.2 mailbox quota exceeded", SOFT, "5.2.2"),
        ("SMTP error from remote server after RCPT command:\nhost: mx.example.net\n550 5.7.1 IP on blocklist", BLOCKED, "5.7.1"),
    )),
    ("domino-en", texts.DOMINO["en"], "Postmaster <postmaster@domino.example.com>", "DELIVERY FAILURE: User ruth not listed in Domino Directory", _NULL, (
        ("User ruth ({rcpt}) not listed in Domino Directory", HARD, ""),
        ("Router: Unable to deliver mail, mail file is over its quota", SOFT, ""),
    )),
    ("domino-de", texts.DOMINO["de"], "Postmaster <postmaster@domino.example.com>", "ZUSTELLUNGSFEHLER: Benutzer nicht im Domino-Verzeichnis", _NULL, (
        ("Benutzer ruth ({rcpt}) wurde im Domino-Verzeichnis nicht gefunden", HARD, ""),
    )),
    ("domino-fr", texts.DOMINO["fr"], "Postmaster <postmaster@domino.example.com>", "ÉCHEC DE LA REMISE : utilisateur inconnu", _NULL, (
        ("L'utilisateur ruth ({rcpt}) est introuvable dans l'annuaire Domino", HARD, ""),
    )),
    ("domino-ja", texts.DOMINO["ja"], "postmaster@domino.example.jp", "Undeliverable message", _NULL, (
        ("ディレクトリのリストにありません", HARD, ""),
    )),
    ("imail", texts.IMAIL, "Postmaster <postmaster@imail.example.com>", "Undeliverable Mail", "X-Mailer: <SMTP32 v8.22>", (
        ("Unknown user", HARD, ""),
        ("User mailbox exceeds allowed size", SOFT, ""),
        ("undeliverable to", SOFT, ""),
    )),
    ("mdaemon", texts.MDAEMON, "MDaemon at md.example.com <MDaemon@md.example.com>", "Permanent Delivery Failure", _NULL, (
        ("550 {rcpt}, Recipient unknown", HARD, "5.0.0"),
        ("552 Mailbox is full", SOFT, "5.0.0"),
    )),
    ("groupwise", texts.GROUPWISE, "Mailer-Daemon@gw.example.com", "Message status - undeliverable", _NULL, (
        ("user not found", HARD, ""),
        ("550 Mailbox disk quota exceeded", SOFT, "5.0.0"),
    )),
    ("courier", texts.COURIER, '"Courier mail server at courier.example.com" <postmaster@courier.example.com>', "NOTICE: mail delivery status.", _NULL, (
        ("550 User unknown.", HARD, "5.0.0"),
        ("523 the message size exceeds the recipient's mailbox limits", SOFT, "5.0.0"),
    )),
    ("ezweb", texts.EZWEB, "Postmaster@ezweb.example.jp", "Mail System Error - Returned Mail", "Return-Path: <MAILER-DAEMON>", (
        ("The user(s) account is disabled.\n550 user unknown", HARD, "5.0.0"),
        ("Each of the following recipients was rejected by a remote mail server.\n550 {rcpt}: User unknown", HARD, "5.0.0"),
    )),
    ("outlook.com", texts.OUTLOOKCOM, "postmaster@mail.hotmail.example.com", "Delivery Status Notification (Failure)", _NULL, (
        ("550 Requested action not taken: mailbox unavailable", HARD, "5.0.0"),
        ("552 The recipient's mailbox is full", SOFT, "5.0.0"),
    )),
    ("aol", texts.AOL, "Mail Delivery Subsystem <MAILER-DAEMON@aol.example.com>", "Returned mail: see transcript for details", "Return-Path: <>", (
        ("550 {rcpt} IS NOT ACCEPTING MAIL FROM THIS SENDER", BLOCKED, "5.0.0"),
        ("550 MAILBOX NOT FOUND", HARD, "5.0.0"),
        ("552 {rcpt} MAILBOX FULL", SOFT, "5.0.0"),
        ("554 (RLY:B1) The information presently available to AOL indicates this server is generating high volumes of member complaints", BLOCKED, "5.0.0"),
    )),
)  # fmt: skip

LOCAL = (
    # name, charset, sender, subject, text, kind, status: providers that write in their own language
    ("de-web", "iso-8859-1", "Mail Delivery System <mailer-daemon@web.example.de>", "Mail konnte nicht zugestellt werden", "Ihre Nachricht an den folgenden Empfänger konnte nicht zugestellt werden:\n\n<{rcpt}>\n\nGrund: Der Empfänger ist unbekannt.\n", HARD, ""),
    ("de-tonline", "utf-8", "MAILER-DAEMON@tonline.example.de", "Unzustellbare Nachricht", "|------------------------- Message log follows: -------------------------|\nno valid recipients were found for this message\n|------------------------- Failed addresses follow: ---------------------|\n<{rcpt}> ... unbekannt\n", HARD, ""),
    ("de-voll", "utf-8", "MAILER-DAEMON@mx.example.de", "Nachricht nicht zustellbar", "Die Nachricht konnte nicht zugestellt werden.\n\nEmpfänger: {rcpt}\nGrund: Das Postfach des Empfängers ist voll.\n", SOFT, ""),
    ("es-nadie", "iso-8859-1", "Sistema de correo <mailer-daemon@correo.example.es>", "Error de entrega de correo", "No se ha podido entregar su mensaje a los siguientes destinatarios:\n\n  <{rcpt}>\n\nMotivo: el usuario no existe.\n", HARD, ""),
    ("es-lleno", "utf-8", "MAILER-DAEMON@correo.example.es", "Correo devuelto: buzón lleno", "Su mensaje no ha podido ser entregado.\n\nDestinatario: {rcpt}\n\n552 El buzón del destinatario está lleno\n", SOFT, "5.0.0"),
    ("es-retraso", "utf-8", "MAILER-DAEMON@correo.example.es", "Aviso: mensaje retrasado", "Su mensaje todavía no ha sido entregado a:\n\n<{rcpt}>\n\nSe seguirá intentando durante 3 días. No es necesario reenviarlo.\n", DELAYED, ""),
    ("fr-inconnu", "iso-8859-1", "MAILER-DAEMON@messagerie.example.fr", "Échec de la remise du courrier", "Votre message n'a pas pu être remis aux destinataires suivants :\n\n<{rcpt}>\n\nMotif : utilisateur inconnu\n", HARD, ""),
    ("fr-pleine", "utf-8", "MAILER-DAEMON@messagerie.example.fr", "Message non distribué", "Le message suivant n'a pas pu être distribué à {rcpt} :\n\n552 La boîte aux lettres du destinataire est pleine\n", SOFT, "5.0.0"),
    ("ja-nobody", "iso-2022-jp", "MAILER-DAEMON@mail.example.jp", "メール配信エラー", "次の宛先にメールを配信できませんでした。\n\n<{rcpt}>\n\n宛先のユーザーが見つかりません。\n", HARD, ""),
    ("ja-full", "iso-2022-jp", "MAILER-DAEMON@mail.example.jp", "配信不能のお知らせ", "以下の宛先へのメールは配信されませんでした。\n\n宛先: {rcpt}\n理由: メールボックスの容量が一杯です。\n", SOFT, ""),
    ("ja-sjis", "shift_jis", "Postmaster@mobile.example.jp", "送信できませんでした", "送信できませんでした。\n{rcpt}\n550 Unknown user\n", HARD, "5.0.0"),
    ("it-scono", "utf-8", "MAILER-DAEMON@posta.example.it", "Mancata consegna", "Il messaggio non è stato consegnato a:\n\n<{rcpt}>\n\nUtente sconosciuto\n", HARD, ""),
    ("pt-nao", "utf-8", "MAILER-DAEMON@correio.example.pt", "Falha na entrega", "A sua mensagem não foi entregue a:\n\n<{rcpt}>\n\nO endereço não existe\n", HARD, ""),
)  # fmt: skip


def samples() -> Iterator[Sample]:
    """Every form with its reasons, then what has a shape of its own."""
    for name, form, sender, subject, more, reasons in SAID:
        for place, (said, kind, status) in enumerate(reasons):
            yield _sample(f"{name}-text/{place}", form, said, kind, status, sender=sender, subject=subject, more=more)
    for name, charset, sender, subject, text, kind, status in LOCAL:
        body = text.format(rcpt=READER)
        yield Sample(f"{name}/text", mail(subject, body, sender=sender, more=_NULL, charset=charset), kind, READER, status)
        yield Sample(f"{name}/base64", mail(subject, body, sender=sender, charset=charset, packed=True), kind, READER, status)
    yield from _exchange2007()
    yield from _odd()


def _sample(name: str, form: str, said: str, kind: Kind, status: str, *, sender: str, subject: str, more: str) -> Sample:
    body = form.format(rcpt=READER, said=said.format(rcpt=READER), returned=returned())
    return Sample(name, mail(subject, body, sender=sender, more=more.format(rcpt=READER)), kind, READER, status)


def _exchange2007() -> Iterator[Sample]:
    subjects = {
        "en": "Undeliverable: {}",
        "de": "Unzustellbar: {}",
        "es": "No se puede entregar: {}",
        "fr": "Non remis : {}",
        "ja": "配信不能: {}",
    }
    for language, (opening, words, diagnosis, server, headers) in texts.EXCHANGE2007_IN.items():
        for said, kind, status in (
            ("550 5.1.1 RESOLVER.ADR.RecipNotFound; not found", HARD, "5.1.1"),
            ("550 5.2.2 STOREDRV.Deliver: mailbox full. The following information should help", SOFT, "5.2.2"),
            ("550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized", BLOCKED, "5.7.1"),
        ):
            body = texts.EXCHANGE2007.format(
                opening=opening,
                words=words,
                diagnosis=diagnosis,
                server=server,
                headers=headers,
                rcpt=READER,
                said=said,
                returned=returned(),
            )
            raw = mail(
                subjects[language].format("Water is not for sale"),
                body,
                sender="Microsoft Exchange <postmaster@corp.example.com>",
                more=_NULL,
            )
            yield Sample(f"exchange2007-{language}/{status}", raw, kind, READER, status)


def _odd() -> Iterator[Sample]:
    html = texts.M365_HTML.format(rcpt=READER, said="550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found")
    yield Sample(
        "m365-html",
        mail("Undeliverable: Water is not for sale", html, sender="postmaster@corp.example.com", more=_NULL, kind="text/html"),
        HARD,
        READER,
        "5.1.10",
    )
    parts = [
        ("text/plain", texts.EXCHANGE55.format(rcpt=READER, said="The recipient name is not recognized")),
        ("message/rfc822", returned()),
    ]
    yield Sample(
        "exchange55-mixed",
        multipart(
            "Undeliverable: Water",
            parts,
            sender="System Administrator <postmaster@corp.example.com>",
            more="X-MS-Embedded-Report: ",
            kind="mixed",
        ),
        HARD,
        READER,
    )
    x400 = texts.EXCHANGE55.replace("{rcpt} on", "c=US;a= ;p=CORP;o=SITE;dda:SMTP={rcpt}; on").replace(
        "To:      {rcpt}", "To:      all@lists.example.org"
    )
    yield Sample(
        "exchange55-x400",
        mail(
            "Undeliverable: Water",
            x400.format(rcpt=READER, said="The recipient name is not recognized"),
            sender="System Administrator <postmaster@corp.example.com>",
        ),
        HARD,
        READER,
    )
    useless = [("text/plain", "Your message could not be delivered.\n"), ("message/rfc822", returned())]
    yield Sample("useless-words", multipart("Undelivered mail", useless, sender=_DAEMON, more=_NULL, kind="mixed"), SOFT, READER)
    waiting = "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on exim.example.com.\n\nThe address to which the message has not yet been delivered is:\n\n  {}\n    Delay reason: Connection timed out\n\nNo action is required on your part. Delivery attempts will continue for\nsome time.\n"
    yield Sample(
        "exim-text/delayed",
        mail(
            "Warning: message 1abc-0001-AB delayed 24 hours",
            waiting.format(READER),
            sender="Mail Delivery System <Mailer-Daemon@exim.example.com>",
            more=_NULL,
        ),
        DELAYED,
        READER,
    )
    late = "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************\n\n   ----- Transcript of session follows -----\n<{}>... Deferred: Connection timed out with mx.example.net.\nWarning: message still undelivered after 4 hours\nWill keep trying until message is 5 days old\n"
    yield Sample(
        "sendmail-text/delayed",
        mail(
            "Warning: could not send message for past 4 hours",
            late.format(READER),
            sender="Mail Delivery Subsystem <MAILER-DAEMON@sm.example.com>",
        ),
        DELAYED,
        READER,
    )
    google = (
        "Delivery to the following recipient has been delayed:\n\n     {}\n\nMessage will be retried for 2 more day(s)\n\nTechnical details of temporary failure:\nThe recipient server did not accept our requests to connect.\n\n----- Original message -----\n\n"
        + returned()
    )
    yield Sample(
        "gmail-text/delayed",
        mail(
            "Delivery Status Notification (Delay)",
            google.format(READER),
            sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            more=_NULL,
        ),
        DELAYED,
        READER,
    )
    inline = "Your message was not delivered.\n\nFinal-Recipient: rfc822;{0}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp;550 5.1.1 <{0}> unknown\n"
    yield Sample("fields-in-text", mail("Mail failure", inline.format(READER), sender=_DAEMON, more=_NULL), HARD, READER, "5.1.1")
    null = "Your mail sent on: Thu, 6 May 2027\n     Could not be delivered to: <{}>\n     As their mailbox is full.\n"
    parts = [("text/plain", null.format(READER)), ("message/rfc822", returned())]
    yield Sample("carrier/no-daemon", multipart("Mail", parts, sender="ruth@mobile.example.jp", more=_NULL, kind="mixed"), SOFT, READER)
    phone = "Error: Invalid user address\n\nError message below:\n550 - Requested action not taken: no such user here\n\nMessage details:\n  MAIL FROM: bounces@lists.example.org\n  RCPT TO: {}\n"
    yield Sample(
        "carrier/re",
        mail(
            "Re:Water is not for sale",
            phone.format(READER),
            sender="post_master@phone.example.com",
            more="In-Reply-To: <c0ffee@example.org>",
        ),
        HARD,
        READER,
        "5.0.0",
    )
    local = "The message that you sent was undeliverable to the following:\n\n\truth (User account is expired)\n"
    yield Sample("groupwise/local-name", mail("Message status - undeliverable", local, sender="Mailer-Daemon@gw.example.com"), HARD)
    dragon = "This is the DragonFly Mail Agent v0.13 at df.example.com.\n\nThere was an error delivering your mail to <{}>.\n\nmx.example.net [192.0.2.25] did not like our final DATA:\n550-5.7.26 Unauthenticated email from example.org is not accepted due to domain's\n\n550-5.7.26 DMARC policy.\n\nMessage headers follow.\n\n"
    yield Sample(
        "dragonfly", mail("Mail delivery failed", dragon.format(READER) + returned(), sender="MAILER-DAEMON <>"), BLOCKED, READER, "5.7.26"
    )
    smtpd = "    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.\n\n    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\n{}: {}\n\n    Below is a copy of the original message:\n\n"
    for said, kind, status in (("Envelope expired", SOFT, ""), ("550 Invalid recipient", HARD, "5.0.0")):
        yield Sample(
            f"opensmtpd/{said}",
            mail(
                "Delivery status notification: error",
                smtpd.format(READER, said) + returned(),
                sender="Mailer Daemon <MAILER-DAEMON@os.example.com>",
                more=_NULL,
            ),
            kind,
            READER,
            status,
        )
    zoho = "This message was created automatically by mail delivery software.\nA message that you sent could not be delivered to one or more of its recipients. This is a permanent error. \n\n{} Invalid Address, ERROR_CODE :550, ERROR_CODE :Requested action not taken: mailbox unavailable\n\n\nReceived:from mail.example.org by mx.zoho.example.com\n"
    yield Sample(
        "zoho",
        mail("Undelivered Mail Returned to Sender", zoho.format(READER) + returned(), sender="mailer-daemon@mail.zoho.example.com"),
        HARD,
        READER,
        "5.0.0",
    )
