"""The named sets of timeouts and retries; no call site spells its own."""

from datetime import timedelta

from temporalio.common import RetryPolicy

# What a crash of a worker adds at the most for each workflow that it had in hand; a call can wait for two in a row.
TASK_TIMEOUT = timedelta(seconds=5)

# A page: its timeout is the longest delay that a crash of a worker adds. The workflow itself tries again, after these
# pauses, and then takes the next channel; so it can stop the instant the cause ends.
PAGE_TIMEOUT = timedelta(seconds=10)
PAGE_PAUSES = (timedelta(seconds=1), timedelta(seconds=3), timedelta(0))
# What is told once, and what nothing took, is tried again after these.
NOTE_PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=45))
# A provider that asks for more time than this is passed over for the next channel; when no other takes the page, it is
# asked once more after what it wished for, yet no later than that.
PAGE_PATIENCE = timedelta(seconds=5)
PAGE_LONGEST_WISH = timedelta(minutes=1)

# The incident hears who was reached by a call this long after the first of them; those who took longer come later.
REPORT_PATIENCE = timedelta(seconds=1)
# From this many events on a page continues as new even though a provider that hangs makes its ladder wait for it.
LONGEST_RUN = 20_000

ONCE = RetryPolicy(maximum_attempts=1)

# The record: without end; the incident itself never waits for it.
RECORD_TIMEOUT = timedelta(seconds=10)
# No oftener than this, so that a storm of acts costs the database and the history little; lists lag by no more.
RECORD_PACE = timedelta(seconds=2)
ARCHIVE_TIMEOUT = timedelta(seconds=30)
WITHOUT_END = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=15))

MENDED_AFTER = timedelta(minutes=5)

# How old an answer about business time may be: what was due in working hours is not called about at night.
FRESH = timedelta(minutes=1)

# A child of the same name that still ends: it is gone as soon as the send that it has under way is over.
SAME_NAME_PAUSES = (timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=10))

# Probes: short and bounded; a probe that cannot run has failed.
PROBE_TIMEOUT = timedelta(seconds=30)
PROBE_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=2)

# A collector has its own limit in seconds; this is added for keeping what it fetched. Another try only after a crash.
COLLECT_GRACE = timedelta(seconds=30)
COLLECT_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=2)

# A communication test: what a channel does not take in a few minutes counts as not answered.
TRIAL_RETRY = RetryPolicy(initial_interval=timedelta(seconds=10), maximum_attempts=4)
