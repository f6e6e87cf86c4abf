# Runs "$@", a PostgreSQL server, until it ends or standard input is closed.
#
# Standard input is a pipe whose only writer is the outlay process. Nothing is written to it; it is closed when that
# process ends, even by kill -9. A shell can wait for either a child or a pipe, so two processes are needed.

# The pipe is the only way to stop the server: signals to the whole process group, as systemd sends, are ignored.
trap '' HUP INT TERM

# A shell sets the standard input of background jobs to /dev/null, so the pipe moves to descriptor 3.
exec 3<&0 </dev/null

"$@" 3<&- &
server=$!

# Only the server writes to the log: some shells print a message when they kill a process.
exec 2>/dev/null

{
    read -r _ <&3
    # Repeated, because a server that has just started still ignores the signal.
    while kill -INT "$server"; do
        sleep 1
    done
} >/dev/null &
reader=$!

wait "$server"
status=$?
kill -KILL "$reader"
exit "$status"
