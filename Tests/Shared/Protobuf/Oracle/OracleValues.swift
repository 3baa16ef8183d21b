import Foundation
import Protobuf
import TestContracts

// Our values as SwiftProtobuf's, field by field and by hand: a mistake in our generator cannot
// cancel itself out here.

typealias OracleEverything = Millrace_Sample_V1_Everything

extension Millrace_Sample_V1_Color {
  init(_ ours: Sample.V1.Color) {
    switch ours {
    case .unspecified: self = .unspecified
    case .red: self = .red
    case .infrared: self = .infrared
    case .default: self = .default
    case .unrecognized(let number): self = .UNRECOGNIZED(Int(number))
    }
  }
}

extension Millrace_Sample_V1_Scalars {
  init(_ ours: Sample.V1.Scalars) {
    self.init()
    doubleValue = ours.doubleValue
    floatValue = ours.floatValue
    int32Value = ours.int32Value
    int64Value = ours.int64Value
    uint32Value = ours.uint32Value
    uint64Value = ours.uint64Value
    sint32Value = ours.sint32Value
    sint64Value = ours.sint64Value
    fixed32Value = ours.fixed32Value
    fixed64Value = ours.fixed64Value
    sfixed32Value = ours.sfixed32Value
    sfixed64Value = ours.sfixed64Value
    boolValue = ours.boolValue
    stringValue = ours.stringValue
    bytesValue = .init(ours.bytesValue)
    enumValue = .init(ours.enumValue)
    farValue = ours.farValue
  }
}

extension Millrace_Sample_V1_Optionals {
  init(_ ours: Sample.V1.Optionals) {
    self.init()
    if let value = ours.doubleValue { doubleValue = value }
    if let value = ours.floatValue { floatValue = value }
    if let value = ours.int32Value { int32Value = value }
    if let value = ours.int64Value { int64Value = value }
    if let value = ours.uint32Value { uint32Value = value }
    if let value = ours.uint64Value { uint64Value = value }
    if let value = ours.sint32Value { sint32Value = value }
    if let value = ours.sint64Value { sint64Value = value }
    if let value = ours.fixed32Value { fixed32Value = value }
    if let value = ours.fixed64Value { fixed64Value = value }
    if let value = ours.sfixed32Value { sfixed32Value = value }
    if let value = ours.sfixed64Value { sfixed64Value = value }
    if let value = ours.boolValue { boolValue = value }
    if let value = ours.stringValue { stringValue = value }
    if let value = ours.bytesValue { bytesValue = .init(value) }
    if let value = ours.enumValue { enumValue = .init(value) }
    if let value = ours.messageValue { messageValue = .init(value) }
  }
}

extension Millrace_Sample_V1_Repeats {
  init(_ ours: Sample.V1.Repeats) {
    self.init()
    doubleValues = ours.doubleValues
    floatValues = ours.floatValues
    int32Values = ours.int32Values
    int64Values = ours.int64Values
    uint32Values = ours.uint32Values
    uint64Values = ours.uint64Values
    sint32Values = ours.sint32Values
    sint64Values = ours.sint64Values
    fixed32Values = ours.fixed32Values
    fixed64Values = ours.fixed64Values
    sfixed32Values = ours.sfixed32Values
    sfixed64Values = ours.sfixed64Values
    boolValues = ours.boolValues
    stringValues = ours.stringValues
    bytesValues = ours.bytesValues.map { .init($0) }
    enumValues = ours.enumValues.map { .init($0) }
    messageValues = ours.messageValues.map { .init($0) }
    unpackedValues = ours.unpackedValues
  }
}

extension Millrace_Sample_V1_Maps {
  init(_ ours: Sample.V1.Maps) {
    self.init()
    stringToString = ours.stringToString
    int32ToBytes = ours.int32ToBytes.mapValues { .init($0) }
    int64ToDouble = ours.int64ToDouble
    uint32ToFloat = ours.uint32ToFloat
    uint64ToBool = ours.uint64ToBool
    sint32ToEnum = ours.sint32ToEnum.mapValues { .init($0) }
    sint64ToMessage = ours.sint64ToMessage.mapValues { .init($0) }
    fixed32ToSint32 = ours.fixed32ToSint32
    fixed64ToFixed64 = ours.fixed64ToFixed64
    sfixed32ToSfixed32 = ours.sfixed32ToSfixed32
    sfixed64ToInt64 = ours.sfixed64ToInt64
    boolToUint64 = ours.boolToUint64
  }
}

extension Millrace_Sample_V1_Choices {
  init(_ ours: Sample.V1.Choices) {
    self.init()
    switch ours.choice {
    case .doubleValue(let value): doubleValue = value
    case .int32Value(let value): int32Value = value
    case .boolValue(let value): boolValue = value
    case .stringValue(let value): stringValue = value
    case .bytesValue(let value): bytesValue = .init(value)
    case .enumValue(let value): enumValue = .init(value)
    case .messageValue(let value): messageValue = .init(value)
    case nil: break
    }
    after = ours.after
    switch ours.secondChoice {
    case .nothing: nothing = .init()
    case .something(let value): something = value
    case nil: break
    }
  }
}

extension Millrace_Sample_V1_Nested.Inner.Innermost {
  init(_ ours: Sample.V1.Nested.Inner.Innermost) {
    self.init()
    text = ours.text
  }
}

extension Millrace_Sample_V1_Nested.Inner {
  init(_ ours: Sample.V1.Nested.Inner) {
    self.init()
    number = ours.number
    if let value = ours.innermost { innermost = .init(value) }
    switch ours.shape {
    case .unspecified: shape = .unspecified
    case .round: shape = .round
    case .unrecognized(let number): shape = .UNRECOGNIZED(Int(number))
    }
  }
}

extension Millrace_Sample_V1_Nested {
  init(_ ours: Sample.V1.Nested) {
    self.init()
    if let value = ours.inner { inner = .init(value) }
    innermosts = ours.innermosts.map { .init($0) }
  }
}

extension Millrace_Sample_V1_Everything {
  init(_ ours: Sample.V1.Everything) {
    self.init()
    if let value = ours.scalars { scalars = .init(value) }
    if let value = ours.optionals { optionals = .init(value) }
    if let value = ours.repeats { repeats = .init(value) }
    if let value = ours.maps { maps = .init(value) }
    if let value = ours.choices { choices = .init(value) }
    if let value = ours.nested { nested = .init(value) }
    manyChoices = ours.manyChoices.map { .init($0) }
  }
}
