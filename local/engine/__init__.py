"""AWS on a laptop: ministack 1.5.33 with a small overlay, running the very template of the cloud.

- ``engine``  the engine as others see it; ``serve`` is its process, ``environment`` all it knows
- ``overlay`` what we change in ministack, each change with the test that needs it
- ``redrive`` the console's button Redrive, part of the overlay
- ``queries`` a Query that takes no time for what its page does not hold, part of the overlay
- ``worker``  the process a Lambda function runs in
- ``deploy``  packages template.yaml and creates or updates the stack
- ``process`` processes that outlive a command, and ports

docs/engine.md says where the engine differs from AWS.
"""
