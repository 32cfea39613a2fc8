"""Does everything right."""

from receiver import start

start()
