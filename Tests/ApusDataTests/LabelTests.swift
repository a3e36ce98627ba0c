import ApusData
import Testing

@Suite struct LabelTests {
  @Test(arguments: [
    (["TRUE", "FALSE", "TRUE"], Label.Task.binary, [Float(1), 0, 1]),
    (["2", "1", "2"], .binary, [1, 0, 1]),
    (["yes", "no", "no"], .binary, [1, 0, 0]),
    (["b", "c", "a"], .multiclass, [1, 2, 0]),
    (["3", "1", "2"], .regression, [3, 1, 2]),
    (["0.5", "1", "0.5"], .regression, [0.5, 1, 0.5]),
  ]) func tasks(values: [String], task: Label.Task, numbers: [Float]) throws {
    let table = try table("y,x\n" + values.map { "\($0),1\n" }.joined())
    let label = try Label(fitting: table, named: "y")
    #expect(label.task == task)
    #expect(try label.values(in: table) == numbers)
  }

  @Test(arguments: [
    ("1\n1\n", DataError.Code.singleClassLabel, nil as Int?),
    ("a\na\n", .singleClassLabel, nil),
    ("0.5\n0.5\n", .singleClassLabel, nil),
    ("1\n0\n?\n", .missingLabel, 4),
    ("2026-01-01\n2026-01-02\n", .unsuitableLabel, nil),
  ]) func faults(text: String, code: DataError.Code, line: Int?) throws {
    let table = try table("y\n" + text)
    #expect {
      try Label(fitting: table, named: "y")
    } throws: { error in
      let error = error as? DataError
      return error?.code == code && error?.line == line && error?.column == "y"
    }
  }

  @Test func unknownLabelListsTheColumns() throws {
    let table = try table("alpha,beta\n1,2\n")
    #expect {
      try Label(fitting: table, named: "gamma")
    } throws: { error in
      "\(error)".contains("alpha, beta") && (error as? DataError)?.code == .missingColumn
    }
  }

  @Test func classThatWasNotThere() throws {
    let label = try Label(fitting: table("y\na\nb\n"), named: "y")
    let other = try table("y\na\nc\n")
    #expect {
      try label.values(in: other)
    } throws: { error in
      (error as? DataError)?.code == .unknownClass && (error as? DataError)?.line == 3
    }
  }
}
