"""What a request may have been: the way in judges it, questions name it."""

VERDICTS = ("human", "bot", "preview", "prefetch", "repeat")
