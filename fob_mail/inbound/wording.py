"""The words by which servers refuse, in the languages in which they do; a text of them is short, and each pattern bounded."""

import re


def either(*patterns: str) -> re.Pattern[str]:
    """One pattern of several, without case."""
    return re.compile("|".join(patterns), re.IGNORECASE)


INTERNATIONAL = either(r"\bSMTPUTF8\b")

ACCUSED = either(
    r"spamhaus|spamcop|sorbs|barracuda|uceprotect|cloudmark|senderscore|sender.?base|proofpoint|\bzen\.|psbl|\bdnsbl|\brbl\b|"
    r"\bsbl\b|\bpbl\b|\bcss\b.{0,20}list",
    r"(?:black|block|deny|real.?time|grey ?block)[ -]?list",
    r"(?:bad|poor|low|ip|domain|sender|your|our|network|mail) reputation|"
    r"reputation (?:is|of|score|service|filter)|very low reputation",
    r"blocked (?:using|by|due|because|for|temporarily|list|from|at|-)|(?:is|are|been|was|temporarily|currently|address|host|"
    r"ip) blocked|\bbanned\b",
    r"generic (?:host|r?dns)|(?:missing|no|invalid|bad|fix) (?:reverse|ptr|rdns)|reverse dns|\bptr record|"
    r"cannot find your (?:reverse )?host",
    r"\[S\d{4,}\]|\[TSS?\d\d\]|\((?:RLY|DNS|CON|HVU|DYN)[:-]?\w{0,6}\)|\bTSS?\d\d\b|permanently deferred|temporarily deferred due to",
    r"not accepting (?:e?-?mail|messages) from th(?:is|e) sender|user complaints|unusual (?:rate|activit)|suspicious activit|unsolicited",
    r"not (?:accept|allow)\w{0,4} (?:mail |e?-?mail |messages? )?from (?:your|this) (?:ip|host|server|network|domain)",
)
UNAUTHENTICATED = either(
    r"\bspf\b|\bdkim\b|\bdmarc\b|\barc\b fail|unauthenticated (?:e?mail|sender)|is unauthenticated|sender (?:id|policy framework)",
    r"authentication (?:check|fail|information|result|required for sender)|not authenticated|does ?n.t pass authentication",
)
SPAM = either(
    r"\bspam\b|spam ?(?:score|filter|message|content|assassin|detect)|\bphish|\bmalware|\bvirus|infected|\bjunk\b|\bbulk\b",
    r"message content (?:rejected|denied|refused)|content (?:rejected|filter|denied|not allowed|violat|prohibited)|"
    r"forbidden content|bad content",
    r"spamverdacht|als spam|correo no deseado|pourriel|迷惑メール",
)
SENDER = either(
    r"sender(?:'s)?(?: e-?mail)?(?: address| domain)?.{0,20}(?:verif|reject|denied|invalid|does not exist|not exist|unknown|"
    r"refused|not found|not allowed)|"
    r"(?:verify|verifying) (?:the )?sender|callout verification|(?:return path|envelope sender|mail from|"
    r"from address).{0,30}(?:reject|denied|invalid|not exist)"
)
LOCKED = either(r"(?:mail ?box|account|user) .{0,40}(?:is|been) (?:temporarily |administratively )?(?:b?locked|suspended|disabled)")
FULL = either(
    r"over.?quota|quota.{0,25}(?:exceed|full|reach|limit|violat)|exceed\w{0,4}.{0,30}quota|(?:mail ?box|mail ?folder|inbox|"
    r"account|user).{0,40}\bfull\b",
    r"\bfull mail ?box|mail ?box.{0,40}(?:exceed|over).{0,20}(?:limit|size|allowed|quota|storage)|mailbox (?:size limit|"
    r"has exceeded|storage)",
    r"storage.{0,20}(?:exceed|full|limit)|exceed.{0,15}storage|space (?:is )?not enough|out of (?:storage|disk|mailbox) space|"
    r"no space|not enough (?:free |"
    r"disk |storage )?space",
    r"insufficient.{0,20}(?:disk|storage|space)|disk (?:quota|full|space)|too much mail data|no longer accept.{0,40}full|"
    r"quota de disque|boîte.{0,40}pleine",
    r"mailbox (?:would )?exceed|postfach.{0,40}(?:voll|überfüllt|erschöpft)|speicherplatz|quota überschritten|"
    r"buz[oó]n.{0,60}(?:lleno|cuota|límite)",
    r"casella.{0,30}piena|caixa.{0,40}cheia|cuota.{0,30}(?:exced|super|alcanz)|メールボックス.{0,20}(?:一杯|いっぱい|容量|満)|"
    r"容量.{0,12}(?:超|オーバー|不足)|mailbox_full",
)
BIG = either(
    r"(?:message|mail|size|attachment|content).{0,40}(?:too (?:large|big|long)|exceed.{0,60}(?:size|maximum|limit|fixed)|larger than)",
    r"too (?:large|big) (?:message|mail)|exceed.{0,30}(?:message|mail) size|message size limit|size limit|"
    r"max(?:imum)? (?:message )?size|databytes limit",
    r"nachricht.{0,30}zu gro(?:ß|ss)|demasiado grande|trop (?:volumineux|grand|gros)|サイズ.{0,15}(?:超|大き)|troppo grande|"
    r"muito grande|EOversize",
)
GREY = either(
    r"gr[ea]y.?list|gr[ea]ylisted|postgrey|try (?:again|your message again) in \d+ (?:sec|min)", r"graylist|グレイリスト|グレーリスト"
)
THROTTLED = either(
    r"throttl|too many (?:message|mail|connection|recipient|concurrent|email|session|error)|rate.?limit|(?:message|sending|"
    r"receiving|mail).{0,15}\brate\b|too (?:quickly|fast)",
    r"exceeded.{0,40}(?:rate|per (?:hour|minute|day|second)|connections|messages)|slow(?:ing)? down|resources? (?:temporarily|"
    r"restricted|exhausted|unavailable)",
    r"limit on the number|(?:daily|hourly|sending) (?:limit|quota)|concurrent|busy|too much traffic|try again later.{0,20}\(?(?:RP|TS)",
)
MOVED = either(
    r"(?:user|recipient|mailbox|account|person).{0,40}\bmoved\b|has changed|please (?:try|forward|use|send)\b.{0,20}<|"
    r"new (?:e-?mail )?address|no longer (?:at|with) this",
    r"please use the new",
)
DISABLED = either(
    r"(?:mail ?box|account|user|recipient|address|e-?mail).{0,60}(?:disabled|inactive|deactivated|suspended|closed|locked|expired|"
    r"not active|terminated|discontinued|cancell?ed|blocked)",
    r"(?:disabled|inactive|deactivated|suspended|closed|discontinued|expired) (?:user|account|mail ?box|recipient|address)|"
    r"no longer (?:active|in use|on (?:our|this) server)",
    r"desactivad|deaktiviert|gesperrt|désactivé|無効|停止|disabilitat|desativad",
)
NOBODY = either(
    r"(?:unknown|no such|invalid|non-?existent|bad|unroutable|unrouteable|undeliverable|illegal|incorrect) ?(?:or \w+ )?(?:local |"
    r"virtual |destination |local )?"
    r"(?:user|recipient|mail ?box|address|account|person|local.?part|customer|alias|name|member|e-?mail|destination|forward|part)",
    r"(?:user|recipient|mail ?box|address|account|name|person|alias|e-?mail|inbox|login|member|customer|"
    r"subscriber)s?\b.{0,70}(?:unknown|not (?:be )?(?:found|exist|known|listed|recogni[sz]ed|valid|here|"
    r"registered|local|available|defined|a valid|an active|in (?:our|the|this))|"
    r"(?:does|do|did|could|is|was|are)(?:n.t| not| no longer)\b.{0,30}(?:exist|have|found|known|valid|listed|match|recogni[sz]ed|"
    r"registered|a known|accept)|n.t exist|invalid|unavailable|undeliverable|unrouteable)",
    r"(?:could ?n.t|could not|can ?not|can.t|unable to) (?:be )?(?:find|found|locate|resolve|verif\w+ address|"
    r"recogni[sz]e).{0,40}(?:user|recipient|mail ?box|address|account|person|it\b|them)?",
    r"no mail ?box (?:here|by|found)|no account|no matches to|not have a final e?-?mail delivery|no one (?:here )?(?:by|with)|"
    r"not our customer|is not a (?:valid|known|registered)|"
    r"not listed in|(?:dd |this )?user doesn.t have|no existe|doesn.t exist",
    r"does not like recipient|no valid (?:recipients|hosts?)|RecipNotFound|RecipientNotFound|NoSuchUser|rcpt.{0,12}(?:failed|unknown)",
    r"unbekannt|existiert nicht|nicht gefunden|kein(?:e|en)? (?:solche|empfänger|postfach|mailbox|benutzer)|nicht bekannt|"
    r"desconocid[oa]|no (?:se|pudo|ha sido) .{0,20}encontr|no encontr|inexistente",
    r"inconnu|n.existe pas|introuvable|n.a pas (?:été|pu).{0,20}(?:trouv|localis)|sconosciut|non esiste|não existe|não encontrad|"
    r"no such (?:user|person)|nobody",
    r"見つかりません|存在しません|存在しない|ありません|不明な?(?:ユーザ|宛先|アドレス)|宛先不明|ユーザー?が?不明|"
    r"ディレクトリのリストに|invalid final delivery|unknown_user|"
    r"mailbox unavailable|\bunknown user|addressee unknown|not a valid mailbox",
)
NO_DOMAIN = either(
    r"(?:host|domain|server).{0,50}(?:unknown|not (?:be )?found|does(?:n.t| not) exist|couldn.t be found|not known|no such|"
    r"invalid|lookups? failed|nicht gefunden|inconnu|no existe)",
    r"(?:unknown|no such|bad|non-?existent|invalid|unresolvable|illegal) (?:mail )?(?:host|domain|server)\b|nxdomain|"
    r"name or service not known|host or domain name not found",
    r"couldn.t find any host|could not find a (?:mail exchanger|gateway)|couldn.t find a mail exchanger|no (?:mx|mail exchanger|"
    r"a record)|null ?mx|does not accept mail|accepts no mail",
    r"unrouteable (?:mail )?domain|domain not found|all relevant mx records|indicated no smtp service|lookups? failed permanently|"
    r"NonExistentDomain|name service error.{0,80}not found",
)
EXPIRED = either(
    r"timed? ?out|timeout|failed \d{1,3} attempts|maximum delivery attempts|not been collected|expired|too long|retry (?:time|"
    r"timeout)|connection (?:refused|reset|dropped|closed|lost)|"
    r"lost connection|no route to host|unreachable",
    r"not (?:be )?(?:respond|reach)|could not connect|unable to (?:connect|establish)|wasn.t able to establish|network (?:error|"
    r"unreachable)|delivery time|nicht erreich|"
    r"zeitüberschreitung|tiempo de espera|délai|タイムアウト|接続でき|応答",
)
RELAYING = either(
    r"relay(?:ing)?\b.{0,30}(?:denied|not (?:permitted|allowed|possible|authori[sz]ed)|access denied|prohibited|rejected|"
    r"disallowed|restrict)|unable to relay|not.{0,15}\brelay",
    r"(?:does not|not) (?:accept|handle|host).{0,25}(?:this|that) domain|rcpthosts|not (?:a )?(?:local|gateway) domain|allowed rcpt",
)
POLICY = either(
    r"polic(?:y|ies)|not (?:authori[sz]ed|permitted|allowed)|permission|prohibit|denied|refused|rejected|violat|restrict|"
    r"unauthori[sz]ed|transaction failed|filter|"
    r"AuthRequired|NotAuthorized|abgelehnt|verweigert|rechazad|refusé|rifiutat|recusad|拒否",
)
LOOP = either(
    r"mail loop|too many hops|\bloops?\b|hop count|service unavailable|system (?:error|problem|not accepting)|configuration|"
    r"internal error|local (?:error|problem)"
)
