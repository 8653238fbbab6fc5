"""The state table: what must outlive a run, one partition a city.

| pk            | sk               | holds                                                     |
|---------------|------------------|-----------------------------------------------------------|
| CITY#<code>   | PUPIL#<umi>      | the pupil as last applied (``Record``), ``etag``           |
| CITY#<code>   | PERSON#pupil#<umi> | the same, where the next release puts it: read, not written |
| CITY#<code>   | PERSON#staff#<id> | the same of a member of staff                            |
| CITY#<code>   | TEACHES#<class>#<id> | that a class is that person's: for the index alone        |
| CITY#<code>   | STATE            | serial, the run that moved it last, the lease,            |
|               |                  | the run that settled last, the newest export applied,
|               |                  | the newest that reached a plan      |
| CITY#<code>   | RUN#<run_id>     | verdict, checksum, drop, approvals, what it adds to sums  |
| CITY#<code>   | DROP#<sha256>    | the run that took this drop, and how it ended             |
| CITY#<code>   | TOOL#<name>      | what that tool last received                              |
| CITY#<code>   | NEWEST_DROP      | the drop that a rerun takes                               |
| CITY#<code>   | PROPOSALS        | the run that asked staff last about leavers and links     |
| CITY#<code>   | LISTING          | the key of the hashes in the mirror of the tenant         |
| CITY#<code>   | STAFF_LIST       | which version of the list of staff was taken last, since when |
| CITY#<code>   | NUMBERS#<年度>   | the numbers that neutral class titles have in that year   |
| LTI           | KEYS             | which keys sign launches, and from when                   |
| TENANT#<id>   | WRITES#<client>  | the tenant's budget of writes (``microsoft.budget``)      |

Two indexes hold the keys of people's items: ``ByObject`` (``object_id``) and ``ByClass``
(``class_id``, the sourcedId of a pupil's home class, or ``room_key`` of a class that is taught).
"""

from kakehashi.edges.state.applied import Applied
from kakehashi.edges.state.lease import LEASE, Leased
from kakehashi.edges.state.numbers import NumberItems
from kakehashi.edges.state.pointers import Pointers
from kakehashi.edges.state.pupils import PupilItems
from kakehashi.edges.state.runs import RunRecords

__all__ = ["LEASE", "Applied", "PupilItems", "State"]


class State(PupilItems, Applied, Leased, RunRecords, Pointers, NumberItems):
    """One city's partition, all of it: for whoever needs more than one of its ideas."""
