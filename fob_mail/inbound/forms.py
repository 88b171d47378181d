"""Bounces in words: what Exim, qmail, Sendmail, Exchange, Gmail, Domino and others write where they write no RFC 3464 report.

Only a mail that presents itself as a report is read here (`is_report`), so that a person who quotes one is never taken for it.
Then whom it is about is looked for where such reports say it, and what follows is what the server said.
"""

import logging
import re
from email import message_from_bytes

from fob_mail.inbound.answers import calls_itself_automatic
from fob_mail.inbound.incoming import Known
from fob_mail.inbound.mail import LONGEST_OWN, Mail
from fob_mail.inbound.reports import LONGEST_ADDRESS, Told, address_of

MOST_LINES = 400
MOST_RECIPIENTS = 50

_DAEMON = re.compile(
    r"mailer-?daemon|mail-?daemon|^\W*mdaemon|post_?master@|\bmail ?delivery (?:sub)?system|system administrator|mail administrator|"
    r"mail(?:er)? delivery|microsoftexchange329e71ec|"
    r"\bmail ?system\b|maildelivery|postoffice@|\bbounces?@|\bpostmaster\b|administrador de(?:l)? (?:correo|sistema)|"
    r"zustellsystem|smtp gateway|internet mail delivery|mail transfer|lotus notes router",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|deliver\w{0,3} (?:status|fail|error|problem|report|has failed|notification|delayed|unsuccess)|"
    r"fail\w{0,3}:? (?:mail |message )?(?:delivery|notice)|returned? (?:mail|message|to sender|e-?mail)|mail(?:er)? (?:delivery|"
    r"error|failure|system error|returned)|"
    r"(?:not|can.?t|cannot|could not|unable to) (?:be )?deliver|non[- ]?deliver|message (?:delayed|frozen|not delivered|status|"
    r"delivery)|failure notice|could not send|nondeliverable|wasn.t delivered|delivery has|"
    r"user unknown|rejected (?:mail|message)|bounced? (?:mail|message)|warning: (?:message|could|mail)|ndn:|mail failed|"
    r"error sending|email error|problem delivering|"
    r"unzustellbar|nicht zugestellt|nicht zustellbar|zustellung|fehlgeschlagen|rückläufer|unzustellbarkeit|"
    r"no (?:se )?(?:ha )?(?:podido|pudo|puede) (?:entregar|ser entreg)|no (?:se )?entreg|devuelto|devoluci[óo]n de correo|"
    r"error (?:de|en la) entrega|"
    r"non[- ]remis|non distribu|échec|non délivr|retour (?:de courrier|à l.expéditeur)|impossible (?:de|à) (?:remettre|délivrer|"
    r"distribuer)|n.a pas pu être (?:remis|distribu|délivr)|non recapit|mancata consegna|mancato recapito|consegna non riuscita|"
    r"n[ãa]o (?:foi )?(?:entreg|p[ôo]de ser)|falha n[ao] (?:entrega|envio)|devolvid|niet (?:bezorg|afgeleverd)|onbestelbaar|"
    r"недоставлен|не доставлено|退信|系统退信|"
    r"配信(?:不能|エラー|できません|失敗|不可)|配送(?:不能|エラー|できません|失敗)|送信(?:できません|エラー|失敗)|不達|配信状態|"
    r"メール.{0,8}(?:届け|エラー)",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"(?:could|can|was|were|has|have|did)(?:n.t| ?not| not been) (?:be )?(?:deliver|reach|sent|been deliver|get through)|"
    r"undeliver|(?:unable|failed|failure|impossible) (?:to|in) (?:deliver|send)|delivery (?:to|of|has|status|fail|error|attempt)|"
    r"deliver\w{0,4}.{0,30}fail|permanent(?:ly)? (?:fatal |failed|failure|error)|"
    r"did not reach|returned (?:to|mail|message|below|as)|following (?:address|recipient|error|user|destination)|(?:was|were|not|"
    r"not been) rejected|mail delivery|returned mail|user unknown|unknown user|does not exist|remote host said|bounced|"
    r"no such user|"
    r"konnte(?:n)? nicht|nicht zugestellt|zustellung.{0,40}(?:fehl|nicht)|unzustellbar|no (?:se )?(?:ha )?(?:podido|pudo|puede|"
    r"pudimos) .{0,20}entreg|no ha sido entregad|error permanente|n.a pas (?:été|pu)|n.a pu être|n.ont pas (?:été|pu)|"
    r"impossible de|échec|"
    r"non (?:è stato|può essere|recapit)|n[ãa]o (?:foi|p[ôo]de|pode)|niet (?:worden )?(?:bezorg|afgelever)|配信できません|"
    r"配送できません|送信できません|配信され|届けられ|配達|エラー|見つかりません|不達|"
    r"(?:mail|message) has been returned|无法(?:发送|投递|送达)|退信|не (?:может быть|удалось) доставлен",
    re.IGNORECASE,
)
_WAITING = re.compile(
    r"(?:will|is going to) (?:continue|keep|be retried|try|retry|still)|has not (?:yet )?been delivered|(?:not|"
    r"hasn.t) yet been delivered|no action is required|warning message only|do(?:es)? not need to resend|still (?:being )?(?:try|"
    r"tried|in the queue|trying)|delivery (?:has been|is|was) delayed|"
    r"has been delayed|temporarily (?:un|not )deliver|will be (?:retried|reattempted|tried)|delivery attempts will|delay reason|"
    r"could not send message for (?:the past|past) \d|"
    r"wird (?:weiter|erneut)|verzögert|keine aktion|weitere zustellversuche|se (?:seguirá|volverá|continuará)|retras(?:o|ad)|"
    r"no es necesario|sera (?:retent|de nouveau)|retard(?:é|ée)|aucune action|tentatives? (?:de livraison )?se poursuiv|再(?:試行|"
    r"送)|遅延|遅れ",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"^[ \t>*|-]{0,12}(?:(?:failed |bad |final |original |invalid |unknown |rejected )?(?:recipient|address|user|mailbox|to|an|"
    r"empf[äa]nger|destinatari[oa]s?|destinataire|adresse|direcci[óo]n|受信者|宛先|undeliverable to|can.?t send to|"
    r"user mailbox exceeds allowed size|unknown user)(?: address)?(?:\(?(?:es|s)\))?[ \t]{0,4}[:\uff1a=][ \t]{0,4})?"
    r"(?:<|&lt;|[(\[\"'])?(?:mailto:|smtp:)?(?P<address>[^\s<>()\[\],;:\"'=]{1,64}@[^\s<>()\[\],;:\"'@=]{1,255}?)(?:>|&gt;|"
    r"\))?(?=[\s:;,(<\[…]|\.(?:\s|$)|$)(?P<rest>.{0,300})$",
    re.IGNORECASE,
)
_MENTIONED = re.compile(
    r"\b(?:deliver\w{0,3}|sent|addressed|zugestellt|entregad[oa]|entregar|remis|distribué|consegnat\w|entregue|reach(?:ed)?|"
    r"recipient|user|address|"
    r"mailbox|account|to|an|a|für|à|para|destinatario|empfänger|destinataire|aan)(?:\(s\))?[ \t]{0,3}[:=]?[ \t\n<(\['\"*]{1,8}"
    r"([^\s<>()\[\],;:\"'=*]{1,64}@[^\s<>()\[\],;:\"'@=*]{1,255})",
    re.IGNORECASE,
)
_X400 = re.compile(r"\bSMTP=([^\s;()<>=]{1,64}@[^\s;()<>=]{1,255})", re.IGNORECASE)
_ANY = re.compile(r"[^\s<>()\[\],;:\"'=*]{1,64}@[^\s<>()\[\],;:\"'@=*]{1,255}")
_CODED = re.compile(r"\b[45]\d\d[ -]|(?<![\d.])[45]\.\d\.\d")
_SURE = re.compile(r"(?:could|can|was|were) ?not be delivered to|failed recipients|n.a pas pu .{0,3}tre d.livr", re.IGNORECASE)
_FAILED_HEADERS = ("x-failed-recipients", "x-failed-recipient", "x-undelivered-to", "x-bounced-recipient", "x-actual-recipient")
_FORWARD = re.compile(r"^\W{0,2}(?:fwd?|wg|tr|rv|re|aw|enc|i|doorst|vl)\s?:", re.IGNORECASE)
_OURS = re.compile(r"mailer-?daemon|postmaster|\+[a-z2-7]{29}@", re.IGNORECASE)


def is_report(mail: Mail, *, automatic: bool, null_path: bool) -> bool:
    """Whether a mail presents itself as a report on delivery: by who sends it, its subject and its words, two of them at the least."""
    headers = mail.headers
    subject = headers.get("subject")
    answers = bool(_FORWARD.search(subject)) or calls_itself_automatic(subject)
    who = _DAEMON.search(headers.get("from"))
    daemon = bool(who) or "invoked for bounce" in " ".join(headers.all("received"))
    if answers and not null_path and who and "postmaster" in who[0].lower():
        daemon = False  # a postmaster may be a person, who answers
    failing = bool(_SUBJECT.search(subject))
    if not daemon and (answers or (automatic and not failing)):
        return False
    if any(name in headers for name in _FAILED_HEADERS):
        return True
    if not (daemon or null_path or failing):
        return False
    own = mail.own
    worded = bool(_WORDS.search(own) or _SURE.search(own))
    sure = bool(_SURE.search(own) or _CODED.search(own) or mail.of_kind("message/rfc822", "text/rfc822-headers"))
    if daemon:
        return failing or worded
    if null_path and not automatic:
        return failing or (worded and sure)
    return failing and worded and (sure or bool(mail.quoted))


def is_waiting(mail: Mail) -> bool:
    """Whether a report says that the server goes on trying."""
    own = mail.own
    return bool(_WAITING.search(own)) and not re.search(
        r"permanent(?:ly)? (?:error|fail|fatal)|giving up|given up|gave up", own, re.IGNORECASE
    )


def told_in(mail: Mail, returned_to: list[str]) -> list[Told]:
    """Whom a report in words is about, and what it says of each. `returned_to`: the To of what came back."""
    own = mail.own
    strangers = _strangers(mail)
    told = _by_lines(own, strangers)
    named = [address for value in mail.headers.all(*_FAILED_HEADERS) for address in map(address_of, value.split(",")[:MOST_RECIPIENTS])]
    if any("@" in address for address in named):
        said = {one.recipient.lower(): one.diagnostic for one in told}
        whole = dict.fromkeys(address for address in named if "@" in address)
        return [Told(address, Known.HEADER, diagnostic=said.get(address.lower()) or own) for address in whole]
    x400 = _X400.findall(own)
    if told and not x400:
        return told
    mentioned = [address.strip(".") for address in x400 or _MENTIONED.findall(own)]
    found = [address for address in mentioned if _is_theirs(address, strangers)] or by_flufl(mail)
    if found:
        return [Told(found[0], Known.TEXT, diagnostic=own)]
    back = [address for address in map(address_of, returned_to) if "@" in address]
    if back:
        return [Told(back[0], Known.RETURNED, diagnostic=own)]
    rest = [address for address in (text.strip(".") for text in _ANY.findall(own)) if _is_theirs(address, strangers)]
    return [Told(rest[0], Known.TEXT, diagnostic=own)] if rest else []


def _is_theirs(address: str, strangers: set[str]) -> bool:
    """Whether an address of a report may be a recipient's: none of those who wrote and got it, and none of our return paths."""
    known = address.lower() in strangers or bool(_OURS.search(address))
    return not known and len(address) <= LONGEST_ADDRESS and address.isprintable()


def _strangers(mail: Mail) -> set[str]:
    """Addresses that stand in a report without being whom it is about: who sent it, and to whom."""
    values = mail.headers.all("from", "to", "return-path", "delivered-to", "sender", "reply-to", "x-original-to")
    return {address_of(value).lower() for value in values}


def _by_lines(own: str, strangers: set[str]) -> list[Told]:
    """Recipients at the beginning of a line, each with the lines that follow it; a line before the first may say more."""
    found: list[tuple[str, list[str]]] = []
    before: list[str] = []
    for line in own.splitlines()[:MOST_LINES]:
        match = _LINE.match(line[:1000])
        address = match["address"].rstrip(".") if match else ""
        if match and _is_theirs(address, strangers):
            known = [one for one in found if one[0].lower() == address.lower()]
            if known:
                known[0][1].append(line)
            else:
                label = line[: match.start("address")].strip(" \t<(:;,-")
                found.append((address, list(filter(None, (label, match["rest"].lstrip(" \t>:;,-"))))))
        elif line.strip():
            (found[-1][1] if found else before).append(line.strip())
    context = " ".join(before)
    told = [Told(address, Known.TEXT, diagnostic=_answered(lines)) for address, lines in found[:MOST_RECIPIENTS]]
    return [one if _tells(one.diagnostic) else one._replace(diagnostic=_joined(one.diagnostic, context, told)) for one in told]


def _answered(lines: list[str]) -> str:
    """What is said of a recipient: of a transcript, only what the server answered."""
    answers = [line[3:].strip() for line in lines if line.startswith("<<<")]
    return " ".join(answers or lines).strip()


def _tells(text: str) -> bool:
    return len(text) > len("unknown") and bool(re.search(r"[^\W\d_]{3}", text))


def _joined(diagnostic: str, context: str, told: list[Told]) -> str:
    """What stands below the last of several recipients, or above the first, is about each of them."""
    return " ".join(filter(None, (diagnostic, told[-1].diagnostic if told[-1].diagnostic != diagnostic else "", context)))


def by_flufl(mail: Mail) -> list[str]:
    """Whom flufl.bounce finds, which knows the old forms; it is given little, in short lines, so that it takes little time."""
    from flufl.bounce import all_failures  # noqa: PLC0415 late: the command starts without it

    kept = [(name, value) for name in sorted(mail.headers.names) for value in mail.headers.all(name)[:3]]
    head = "".join(f"{name}: {value[:300]}\n" for name, value in kept[:60] if not name.startswith("content-"))
    body = "\n".join(line[:300] for line in mail.text[:LONGEST_OWN].splitlines()[:MOST_LINES])
    octets = head.encode("ascii", "replace") + f"Content-Type: text/plain; charset=utf-8\n\n{body}\n".encode("utf-8", "replace")
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # else it logs the traceback of whatever it trips over
    try:
        temporary, permanent = all_failures(message_from_bytes(octets))
    except Exception:  # noqa: BLE001 what a detector trips over is no report in its form
        return []
    return sorted(address.decode("utf-8", "replace") for address in permanent | temporary)
