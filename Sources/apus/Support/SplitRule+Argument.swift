internal import ApusData
public import ArgumentParser

extension SplitRule: ExpressibleByArgument {}
