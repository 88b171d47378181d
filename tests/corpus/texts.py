"""The words of reports that have nothing but words: {rcpt} is whom they are about, {said} what the server said, {returned} what we sent."""

QMAIL = """Hi. This is the qmail-send program at q.example.com.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{rcpt}>:
{said}

--- Below this line is a copy of the message.

{returned}
Hello
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {rcpt}
    {said}

------ This is a copy of the message, including all the headers. ------

{returned}
Hello
"""
SENDMAIL = """The original message was received at Thu, 6 May 2027 18:59:00 GMT
from mail.example.org [192.0.2.10]

   ----- The following addresses had permanent fatal errors -----
<{rcpt}>

   ----- Transcript of session follows -----
... while talking to mx.example.net.:
>>> RCPT To:<{rcpt}>
<<< {said}

   ----- Original message follows -----

{returned}
Hello
"""
POSTFIX = """This is the Postfix program at host mx.example.com.

I'm sorry to have to inform you that the message returned
below could not be delivered to one or more destinations.

If you do so, please include this problem report. You can
delete your own text from the message returned below.

                        The Postfix program

<{rcpt}>: {said}
"""
EXCHANGE55 = """Your message

  To:      {rcpt}
  Subject: Water is not for sale
  Sent:    Thu, 6 May 2027 18:59:00 -0000

did not reach the following recipient(s):

{rcpt} on Thu, 6 May 2027 19:00:00 -0000
    {said}
\tThe MTS-ID of the original message is: c=gb;a= ;p=corp;l=EXCH010705061859ABC
    MSEXCH:IMS:CORP:SITE:EXCH01 0 (000C05A6) {said}
"""
EXCHANGE2007 = """{opening}

{rcpt}
{words}

{diagnosis}

{server}: mail.corp.example.com

{rcpt}
#{said} ##

{headers}

Received: from mail.example.org (192.0.2.10) by mail.corp.example.com
{returned}
"""
EXCHANGE2007_IN = {
    "en": (
        "Delivery has failed to these recipients or distribution lists:",
        "The e-mail system could not deliver it.",
        "Diagnostic information for administrators:",
        "Generating server",
        "Original message headers:",
    ),
    "de": (
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Verteilerlisten:",
        "Die Nachricht wurde nicht zugestellt.",
        "Diagnoseinformationen für Administratoren:",
        "Generierender Server",
        "Ursprüngliche Nachrichtenkopfzeilen:",
    ),
    "es": (
        "No se pudo entregar el mensaje a estos destinatarios o listas:",
        "El sistema no ha podido entregar el mensaje.",
        "Información de diagnóstico para los administradores:",
        "Generando servidor",
        "Encabezados de mensajes originales:",
    ),
    "fr": (
        "Échec de la remise aux destinataires ou listes de distribution suivants :",
        "Le message n'a pas pu être remis.",
        "Informations de diagnostic pour les administrateurs :",
        "Serveur de génération",
        "En-têtes de message d'origine :",
    ),
    "ja": (
        "次の受信者または配布リストへの配信に失敗しました:",
        "メッセージを配信できませんでした。",
        "管理者向けの診断情報:",
        "生成サーバー",
        "元のメッセージのヘッダー:",
    ),
}
GMAIL = """Delivery to the following recipient failed permanently:

     {rcpt}

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the server for the recipient domain example.net by mx.example.net. [192.0.2.25].

The error that the other server returned was:
{said}


----- Original message -----

{returned}
Hello
"""
YAHOO = """Message from  yahoo.example.com.
Unable to deliver message to the following address(es).

<{rcpt}>:
{said}

--- Original message follows.

Return-Path: <bounces@lists.example.org>
{returned}
"""
GMX = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error. The following address
failed:

<{rcpt}>

Reason:
{said}


--- The header of the original message is following. ---

{returned}
"""
DOMINO = {
    "en": "Your message\n\n  Subject: Water is not for sale\n\nwas not delivered to:\n\n  {rcpt}\n\nbecause:\n\n  {said}\n\n",
    "de": "Ihre Nachricht\n\n  Betreff: Water is not for sale\n\nwurde nicht zugestellt an:\n\n  {rcpt}\n\nweil:\n\n  {said}\n\n",
    "fr": "Votre message\n\n  Objet : Water is not for sale\n\nn'a pas pu être remis à :\n\n  {rcpt}\n\ncar :\n\n  {said}\n\n",
    "ja": "------- Failure Reasons  --------\n\n{said}\n{rcpt}\n\n------- Returned Message --------\n{returned}\n",
}
IMAIL = "{said}: {rcpt}\n\nOriginal message follows.\n\n{returned}\n"
MDAEMON = "The attached message had PERMANENT fatal delivery errors!\n\nFailed address: {rcpt}\n\n--- Session Transcript ---\n Thu 2027-05-06 19:00:00: --> RCPT To:<{rcpt}>\n Thu 2027-05-06 19:00:00: <-- {said}\n--- End Transcript ---\n"
GROUPWISE = "The message that you sent was undeliverable to the following:\n\t{rcpt} ({said})\n\n"
COURIER = "This is a delivery status notification from courier.example.com,\nrunning the Courier mail server, version 0.65.\n\nThe original message was received on Thu, 06 May 2027 18:59:00 +0000\nfrom mail.example.org\n\n---------------------------------------------------------------------------\n\n                           UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<{rcpt}>:\n    mx.example.net [192.0.2.25]:\n>>> RCPT TO:<{rcpt}>\n<<< {said}\n\n---------------------------------------------------------------------------\n"
EZWEB = "<{rcpt}>\n\n{said}\n---------------------------------------------------\n{returned}\n"
M365_HTML = "<html><head><style>p{{color:red}}</style></head><body><p>Your message to <b><a href=\"mailto:{rcpt}\">{rcpt}</a></b> couldn't be delivered.</p><p>ruth wasn't found at example.net.</p><table><tr><td>Error:</td><td>{said}</td></tr></table></body></html>"
OUTLOOKCOM = "This is an automatically generated Delivery Status Notification.\n\nDelivery to the following recipients failed.\n\n       {rcpt}\n\n{said}\n"
AOL = "The original message was received at Thu, 6 May 2027 14:59:00 -0400 (EDT)\nfrom mail.example.org [192.0.2.10]\n\n\n   ----- The following addresses had permanent fatal errors -----\n<{rcpt}>\n\n   ----- Transcript of session follows -----\n... while talking to air-xi01.mail.aol.com.:\n>>> RCPT To:<{rcpt}>\n<<< {said}\n"
