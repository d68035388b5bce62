# Called as: sh -c SCRIPT NAME BINARIES FOLDER FSYNC. Starts a server in FOLDER, says `ready`, and ends both when its
# input closes. A line of input, `MANNER SECONDS`, stops the server in this manner of pg_ctl, and starts it again so much
# later. What goes wrong goes to the output, which the tests print.
binaries=$1 folder=$2 fsync=$3
server=

# PostgreSQL refuses to run as root. Replaced by the command, not its parent, so that the server's id is known.
unprivileged=
if [ "$(id -u)" = 0 ]; then
    account=nobody
    id postgres >/dev/null 2>&1 && account=postgres
    if command -v setpriv >/dev/null; then
        unprivileged="setpriv --reuid=$account --regid=$(id -g "$account") --clear-groups --"
    else
        unprivileged="runuser -u $account --"
    fi
fi

finish() {
    trap '' EXIT HUP INT TERM
    if [ -n "$server" ]; then
        kill -QUIT "$server" 2>/dev/null
        wait "$server" 2>/dev/null
    fi
    rm -rf "$folder"
    exit "$1"
}
trap 'finish 1' HUP INT TERM

fail() {
    echo "$1"
    tail -n 5 "$folder/log" 2>/dev/null
    finish 1
}

umask 077
mkdir "$folder" || { echo "no folder $folder"; exit 1; }
cd "$folder" || exit 1
if [ -n "$unprivileged" ]; then
    chown "$account" "$folder"
    # The tests connect as root, through the socket.
    chmod 711 "$folder"
fi
$unprivileged "$binaries/initdb" -D "$folder/data" -U styrkedja -A trust -E UTF8 --locale=C --no-sync \
    >"$folder/log" 2>&1 </dev/null || fail "initdb failed"

start() {
    $unprivileged "$binaries/postgres" -D "$folder/data" -c listen_addresses= -c unix_socket_directories="$folder" \
        -c fsync="$fsync" -c full_page_writes="$fsync" -c max_connections=400 -c shared_buffers=64MB \
        -c max_locks_per_transaction=256 >>"$folder/log" 2>&1 </dev/null &
    server=$!
    tries=0
    until grep -q '^ready' "$folder/data/postmaster.pid" 2>/dev/null; do
        tries=$((tries + 1))
        kill -0 "$server" 2>/dev/null || fail "the server ended"
        [ $tries -lt 1200 ] || fail "the server is not ready after a minute"
        sleep 0.05
    done
    echo ready
}

start
while read -r manner seconds; do
    $unprivileged "$binaries/pg_ctl" -D "$folder/data" -m "$manner" -w stop >>"$folder/log" 2>&1
    wait "$server" 2>/dev/null
    sleep "$seconds"
    start
done
finish 0
