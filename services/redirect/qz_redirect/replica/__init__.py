"""The edge's own copy of all routes: one LMDB environment per host, written by `replicate`,
mapped read-only by every `serve` process.

    replica/CURRENT     the name of the generation in use, replaced by renaming
    replica/000001/     one LMDB environment; a rebuild grows the next one beside it
"""
