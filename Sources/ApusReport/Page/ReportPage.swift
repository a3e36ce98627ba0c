extension RunReport {
  /// The report as one self-contained page.
  ///
  /// - Returns: HTML that loads nothing else, with this report as JSON in the element `data`.
  /// - Throws: `EncodingError` when a value cannot be written as JSON.
  public func html() throws -> String {
    try Page(
      title: "\(model) \(version)",
      script: [Page.learning, Page.quality, Page.evidence, Page.report].joined(separator: "\n")
    ).html(self)
  }
}

extension Page {
  /// The head of the report, and its sections in order.
  static let report = #"""
    const { target, heldOut } = DATA;
    const main = DATA.metrics[heldOut.name] ?? DATA.metrics.test ?? DATA.metrics.validation ?? {};
    page.append(
      element("header", {}, element("h1", {}, `${DATA.model} ${DATA.version}`),
        element("span", { class: "faint" }, target.task === "regression"
          ? `predicts ${target.name}` : `predicts ${target.name}: ${target.classes.join(", ")}`)),
      element("section", { class: "tiles" },
        ...METRICS.filter(name => name in main).slice(0, 6)
          .map(name => tile(metricName(name), number(main[name]))),
        tile("rows", number(DATA.training.rows)),
        tile(DATA.course ? "trained in" : "epochs", DATA.course
          ? DATA.course.seconds.toFixed(DATA.course.seconds < 10 ? 2 : 0) + " s"
          : number(DATA.training.epochsRun))));
    showLearning(DATA.course);
    if (heldOut.curve) showTwoClasses(heldOut);
    else if (heldOut.confusion) showClasses(heldOut);
    else showNumbers(heldOut);
    showMetrics(DATA.metrics);
    showFolds(DATA.crossValidation);
    showImportance(DATA.importance);
    showColumns(DATA.columns, DATA.notes);
    showNet(DATA.layers);
    showRun(DATA);
    """#
}
