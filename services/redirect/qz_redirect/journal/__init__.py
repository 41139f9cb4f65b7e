"""What was answered, on disk before the answer left.

`Journal` is written by one `serve` process; `Sender` carries it to the topic `scans` from
another process. Between them there is only a folder:

    journals/<journal id, 16 hex digits>/
        lock                    held by the process that writes
        state                   boot, clean or not, next seq: rewritten in place
        <first seq, 20>.seg     frames: length, CRC32, event
        cursor                  the sender's: what is acknowledged, under which topic
"""
