"""What every part of an experiment's file is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Where = dict[str, str | float | list[str] | list[float]]
"""Column to the value, or values, one of which a record must have."""

Days = Annotated[int, Field(ge=0, le=36_525)]
Share = Annotated[float, Field(gt=0, lt=1)]
Words = Annotated[str, Field(min_length=10)]


class Part(BaseModel):
    """A part of an experiment; keys nobody knows are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
