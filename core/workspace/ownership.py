"""What we make belongs to who owns the folder that it is made in: as root in a container, nothing of root's is left.

GitHub starts a Docker action as root in a workspace of somebody else's, and whoever that is must be able to delete it.
"""

import os
from contextlib import suppress


def adopt(name: str, folder: int | str) -> None:
    """Give a new file or folder to the owner of `folder`, which is a path or the descriptor that `name` is relative to.

    Only root can, and only root needs to. Where even root may not (a share that maps its users), it stays as it is.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    with suppress(OSError):
        owner = os.stat(folder)
        if owner.st_uid:
            at = folder if isinstance(folder, int) else None
            os.chown(name, owner.st_uid, owner.st_gid, dir_fd=at, follow_symlinks=False)
