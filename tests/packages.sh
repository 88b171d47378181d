#!/bin/sh
# Is every program that the tests start on this machine? As root on Debian or Ubuntu, install those that are not;
# elsewhere say the one line that does. Nothing that is installed is left running.
set -eu
PATH="$PATH:/usr/sbin:/sbin"

has() { command -v "$1" >/dev/null 2>&1; }
has_font() { has fc-list && fc-list : family | grep -q "$1"; }

missing=""
need() { missing="$missing $1"; }
has initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need postgresql
has chromium-headless-shell || has chromium || has chromium-browser || has google-chrome || need chromium
{ has smtp-sink && has smtp-source; } || need postfix
{ has dovecot && [ -x /usr/lib/dovecot/imap -o -x /usr/libexec/dovecot/imap ]; } || need dovecot-imapd
[ -x /usr/lib/dovecot/pop3 -o -x /usr/libexec/dovecot/pop3 ] || need dovecot-pop3d
has openssl || need openssl
has java || need default-jre-headless # the Nu HTML checker
has spamassassin || [ -x /usr/bin/spamassassin ] || need spamassassin
has ip || need iproute2
has systemd-analyze || need systemd # reads the units of deploy/; nothing of it is started
ldconfig -p | grep -q 'libatomic\.so\.1' || need libatomic1 # the browser's driver is a Node that wants it
has fc-list || need fontconfig
has_font "Liberation Sans" || need fonts-liberation
has_font "DejaVu Sans" || need fonts-dejavu-core
has_font "Noto Color Emoji" || need fonts-noto-color-emoji
[ -n "$missing" ] || exit 0

line="apt-get install --yes --no-install-recommends$missing"
if ! has apt-get; then
    echo "The tests need these (by their names on Debian):$missing. Install them, and run make test again." >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "The tests need more programs. Install them, and run make test again:" >&2
    echo "    sudo $line" >&2
    exit 1
fi

echo "Installing what the tests need:$missing"
if [ ! -e /usr/sbin/policy-rc.d ]; then # the tests start servers of their own; the system's need not run
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet=2
case " $missing " in *" chromium "*) # the browser without its windows starts sooner, where there is one
    if apt-cache show chromium-headless-shell >/dev/null 2>&1; then missing=$(echo "$missing" | sed 's/ chromium\( \|$\)/ chromium-headless-shell\1/'); fi ;;
esac
line="apt-get install --yes --no-install-recommends$missing"
if has debconf-set-selections; then
    echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
fi
$line --quiet=2 >/dev/null
