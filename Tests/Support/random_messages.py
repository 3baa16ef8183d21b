"""Random messages of any type, by its descriptor."""

import random
import struct

from google.protobuf.descriptor import FieldDescriptor

_TEXT = ["a", "Z", "9", " ", "\0", "ß", "漢", "👩‍🔧", "\x7f"]
_WIDTHS = {
    FieldDescriptor.TYPE_INT32: (-2**31, 2**31 - 1), FieldDescriptor.TYPE_SINT32: (-2**31, 2**31 - 1),
    FieldDescriptor.TYPE_SFIXED32: (-2**31, 2**31 - 1), FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_FIXED32: (0, 2**32 - 1), FieldDescriptor.TYPE_INT64: (-2**63, 2**63 - 1),
    FieldDescriptor.TYPE_SINT64: (-2**63, 2**63 - 1), FieldDescriptor.TYPE_SFIXED64: (-2**63, 2**63 - 1),
    FieldDescriptor.TYPE_UINT64: (0, 2**64 - 1), FieldDescriptor.TYPE_FIXED64: (0, 2**64 - 1),
    FieldDescriptor.TYPE_ENUM: (-2**31, 2**31 - 1),
}


def randomized(message, chance: random.Random, present: float = 0.5, longest: int = 20):
    """Sets each field of a message with a probability; returns the message."""
    for field in message.DESCRIPTOR.fields:
        if chance.random() >= present:
            continue
        if _is_map(field):
            _fill_map(getattr(message, field.name), field, chance, present, longest)
        elif field.is_repeated:
            _fill_list(getattr(message, field.name), field, chance, present, longest)
        elif field.type == FieldDescriptor.TYPE_MESSAGE:
            part = getattr(message, field.name)
            part.SetInParent()
            randomized(part, chance, present, longest)
        else:
            setattr(message, field.name, _value(field, chance, longest))
    return message


def _is_map(field) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _fill_map(entries, field, chance, present, longest):
    key, value = (field.message_type.fields_by_name[name] for name in ("key", "value"))
    for _ in range(chance.randint(1, 3)):
        name = _value(key, chance, longest)
        if value.type == FieldDescriptor.TYPE_MESSAGE:
            randomized(entries[name], chance, present, longest)
        else:
            entries[name] = _value(value, chance, longest)


def _fill_list(elements, field, chance, present, longest):
    for _ in range(chance.randint(1, 4)):
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            randomized(elements.add(), chance, present, longest)
        else:
            elements.append(_value(field, chance, longest))


def _value(field, chance: random.Random, longest: int):
    if field.type == FieldDescriptor.TYPE_BOOL:
        return chance.random() < 0.5
    if field.type == FieldDescriptor.TYPE_STRING:
        return "".join(chance.choices(_TEXT, k=chance.randint(0, longest)))
    if field.type == FieldDescriptor.TYPE_BYTES:
        return chance.randbytes(chance.randint(0, longest))
    if field.type in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
        return _real(field.type == FieldDescriptor.TYPE_DOUBLE, chance)
    if field.type == FieldDescriptor.TYPE_ENUM and chance.random() < 0.75:
        return chance.choice(field.enum_type.values).number
    lowest, highest = _WIDTHS[field.type]
    near = chance.randint(0, highest) >> chance.randrange(highest.bit_length())
    return chance.choice([0, lowest, highest, near, chance.randint(lowest, highest)])


def _real(is_double: bool, chance: random.Random) -> float:
    """Any number but NaN, which differs from itself, and negative zero, which is not always sent."""
    size, code = (8, "<d") if is_double else (4, "<f")
    value = struct.unpack(code, chance.randbytes(size))[0]
    ordinary = 0.5 if value == 0 or value != value else value
    return chance.choice([0.0, -1.0, float("inf"), ordinary, ordinary])
