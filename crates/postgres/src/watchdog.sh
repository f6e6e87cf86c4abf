# Runs "$@", a PostgreSQL server, until it ends or standard input does.
#
# Standard input is a pipe that only the outlay process writes to, and it never does: the pipe ends when that
# process ends, be it by kill -9. A shell can wait for a child or for a pipe, so two processes share the work.

# The server is told to stop through the pipe and not by a signal to everybody, such as systemd sends.
trap '' HUP INT TERM

# A shell gives its background jobs /dev/null as standard input, so the pipe needs another number.
exec 3<&0 </dev/null

"$@" 3<&- &
server=$!

# From here on nothing but the server writes to the log, and some shells like to remark on what they kill.
exec 2>/dev/null

{
    read -r _ <&3
    # Again and again, because a server that has only just started still ignores the signal.
    while kill -INT "$server"; do
        sleep 1
    done
} >/dev/null &
reader=$!

wait "$server"
status=$?
kill -KILL "$reader"
exit "$status"
