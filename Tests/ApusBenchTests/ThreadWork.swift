import Glibc

/// Work for a thread of its own, with something that only it uses.
final class ThreadWork<Subject: ~Copyable> {
  private var subject: Subject?
  private let body: (consuming Subject) -> Void

  init(_ subject: consuming Subject, _ body: @escaping (consuming Subject) -> Void) {
    self.subject = consume subject
    self.body = body
  }

  /// Starts the thread, which is to be joined.
  func start() -> pthread_t {
    let argument = unsafe Unmanaged.passRetained(self as AnyObject).toOpaque()
    var thread = pthread_t()
    let result = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        let work = unsafe Unmanaged<AnyObject>.fromOpaque(argument).takeRetainedValue()
        (work as? any Runnable)?.run()
        return nil
      }, argument)
    precondition(result == 0, "pthread_create gave \(result)")
    return thread
  }
}

private protocol Runnable {
  func run()
}

extension ThreadWork: Runnable where Subject: ~Copyable {
  fileprivate func run() {
    guard let subject = subject.take() else { return }
    body(subject)
  }
}
