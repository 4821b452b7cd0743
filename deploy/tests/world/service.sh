#!/bin/sh
# The service of a test world: start, stop, status. Beside it lie odoo.conf, odoo.pid and service.env.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/service.env"
pid=$(cat "$here/odoo.pid" 2>/dev/null)

# A process that ended stays in the table until its parent looks: it is not alive.
alive() { [ -n "$pid" ] && [ -d "/proc/$pid" ] && ! grep -q '^State:.*Z' "/proc/$pid/status" 2>/dev/null; }

case "$1" in
start)
    alive && exit 0
    rm -f "$here/odoo.pid"
    cd / || exit 1
    setsid $ODOO -c "$here/odoo.conf" </dev/null >>"$here/console.log" 2>&1 &
    count=0
    while [ ! -s "$here/odoo.pid" ]; do
        count=$((count + 1))
        [ $count -gt 300 ] && exit 1
        sleep 0.1
    done
    ;;
stop)
    alive || exit 0
    kill -TERM "$pid"
    count=0
    while alive; do
        count=$((count + 1))
        [ $count -gt 300 ] && { kill -KILL "$pid"; exit 1; }
        sleep 0.1
    done
    rm -f "$here/odoo.pid"
    ;;
status)
    alive
    ;;
esac
