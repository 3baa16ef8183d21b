/// In which direction a trace goes (`millrace.quality.v1.TraceDirection`). The raw values are the contract's.
enum TraceDirection: Int32, Sendable, Hashable {
  case backward = 1
  case forward = 2
}

/// Walks from a node to all that can be reached, nearest first. Every edge is met once in a direction, so that
/// a circle ends.
struct TraceWalk<Node: Hashable, Edge: Identifiable> {
  /// An edge, and how many steps away it is.
  struct Step {
    var edge: Edge
    var depth: Int
  }

  /// Most steps away.
  var maximumDepth: Int
  /// Most edges.
  var maximumEdges: Int

  /// All edges that are met, and whether the bounds have left out any.
  /// - Parameters:
  ///   - edges: the edges of a node in the direction, at most so many.
  ///   - end: where an edge leads; `nil` when it leads to nothing that can be traced.
  func walk(
    from start: Node, edges: (Node, Int) throws -> [Edge], end: (Edge) -> Node?
  ) rethrows -> (steps: [Step], isTruncated: Bool) {
    var steps: [Step] = []
    var seen: Set<Edge.ID> = []
    var visited: Set<Node> = [start]
    var frontier = [start]
    var depth = 0
    while !frontier.isEmpty {
      depth += 1
      var next: [Node] = []
      for node in frontier {
        for edge in try edges(node, maximumEdges + 1) where !seen.contains(edge.id) {
          guard depth <= maximumDepth, steps.count < maximumEdges else { return (steps, true) }
          seen.insert(edge.id)
          steps.append(Step(edge: edge, depth: depth))
          if let node = end(edge), visited.insert(node).inserted { next.append(node) }
        }
      }
      frontier = next
    }
    return (steps, false)
  }
}
