"""What runs in the limited child process: every parser of a file someone sent. Nothing here imports Django.

The child gets clear bytes through a pipe, on demand, and answers through another. It holds no key and no connection,
and once its libraries are loaded it can open no file, reach no network and start no program.
"""
