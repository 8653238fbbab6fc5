"""What a night knows of the numbers of neutral class titles: the city's key, and what is kept."""

from __future__ import annotations

import hmac

import boto3

from kakehashi.edges import settings
from kakehashi.edges.state import State
from kakehashi.preprocess.numbering import Numbering


class ClassNumberEnvironment(settings.PasswordSettings):
    """``class_numbers_secret`` is a random text that nobody need know; every city has a key of
    its own, made from it."""

    class_numbers_secret: settings.Name


def numbering(env: ClassNumberEnvironment, city: str, state: State) -> Numbering:
    client = boto3.client("secretsmanager")
    secret = client.get_secret_value(SecretId=env.class_numbers_secret)["SecretString"]
    key = hmac.digest(secret.encode(), city.encode(), "sha256")
    return Numbering(key, state.numbers(), state.newest_export().year)
