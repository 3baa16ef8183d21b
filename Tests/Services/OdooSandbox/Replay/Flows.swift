import JSON

@testable import OdooSandbox

extension Flow {
  /// The flows that are replayed, each with what its recording presupposes.
  static let all: [Flow] = [
    Flow(
      name: "01",
      hidden: [
        39: [
          .init(
            model: "product.template", method: "create", arguments: [[["name": "Archived"]]],
            makes: [7])
        ],
        34: [
          .init(
            model: "product.template", method: "create",
            arguments: [[["name": "UserErr probe", "barcode": "F01-BARCODE-1795418767"]]])
        ],
      ]),
    Flow(
      name: "02", clock: "2026-11-23 07:26:19", hasPlant: false,
      clockBefore: [52: "2026-11-23 07:26:30", 59: "2026-11-23 07:26:34"],
      hidden: [
        52: [
          .init(
            model: "product.template", method: "create", arguments: [[["name": "Fresh"]]],
            makes: [22])
        ],
        59: [
          .init(
            model: "product.template", method: "write",
            arguments: [[8], ["name": "Steel blank S355"]])
        ],
      ]),
    Flow(
      name: "02", version: .v17, clock: "2026-11-23 07:40:46", hasPlant: false,
      clockBefore: [51: "2026-11-23 07:40:52", 58: "2026-11-23 07:40:54"],
      hidden: [
        51: [
          .init(
            model: "product.template", method: "create", arguments: [[["name": "Fresh"]]],
            makes: [22])
        ],
        58: [
          .init(
            model: "product.template", method: "write",
            arguments: [[8], ["name": "Steel blank S355"]])
        ],
      ]),
    Flow(name: "03", stock: [Plant.steel: 500, Plant.screw: 2_000]),
    Flow(
      name: "04a",
      orders: [
        .valves(7, 4),
        .init(id: 8, product: Plant.valve, quantity: 2, isConfirmed: false),
      ]),
    Flow(
      name: "04b",
      orders: [.valves(9, 10), .valves(12, 3), .valves(13, 2), .valves(14, 10), .valves(16, 10)]),
    Flow(
      name: "04b2", clock: "2026-11-23 07:39:50",
      orders: [
        .pumps(360, 10), .pumps(361, 10),
        .init(
          id: 363, product: Plant.valve, quantity: 2, before: 7,
          values: ["origin": "O-77", "date_deadline": "2027-01-05 10:00:00"]),
      ],
      lots: [
        .init(id: 16, product: Plant.pump, name: "P-16"),
        .init(id: 17, product: Plant.pump, name: "P-17"), resin,
      ],
      hidden: [
        8: [
          .init(
            model: "mrp.production", method: "write", arguments: [[363], ["qty_producing": 1]]),
          closeWithBackorder(363),
        ]
      ]),
    Flow(
      name: "04c", clock: "2026-11-23 07:27:25",
      orders: [
        .init(id: 17, product: Plant.valve, quantity: 2, moves: [64, 65]), .valves(18, 2),
        .valves(19, 1), .valves(20, 1, before: 26),
      ],
      products: [.init(id: 12, code: "RM-GREASE", name: "Grease", isStorable: false)],
      // What the recording leaves in stock at the end, with all that was taken before.
      stock: [Plant.steel: -98_066 + 99_999 + 5 + 3 + 3, Plant.screw: 2_000],
      hidden: [
        19: [policy("strict")], 26: [policy("warning")],
      ]),
    Flow(
      name: "04d", clock: "2026-11-23 07:27:35",
      orders: [
        .pumps(21, 5), .pumps(22, 2),
        .init(id: 23, product: Plant.pump, quantity: 2, moves: [90, 91, 92], lines: [80, 81, 82]),
        .init(id: 24, product: Plant.pump, quantity: 2, before: 27, moves: [94, 95, 96]),
        .init(id: 25, product: Plant.sensor, quantity: 3),
      ],
      lots: [
        .init(id: 1, product: Plant.resin, name: "RES-A", quantity: 100),
        .init(
          id: 2, product: Plant.resin, name: "RES-B", quantity: 100, since: "2026-11-02 00:00:00"),
      ]),
    Flow(name: "04e", orders: [.valves(27, 10), .valves(28, 2), .valves(29, 2)]),
    Flow(
      name: "04f", clock: "2026-11-23 07:27:51",
      orders: [
        .valves(30, 2),
        .init(id: 31, product: Plant.valve, quantity: 4, before: 25, workOrders: [45, 46]),
      ]),
    Flow(name: "04h", clock: "2026-11-23 07:27:56", orders: [.valves(32, 2), .valves(33, 2)]),
    Flow(
      name: "05", clock: "2026-11-23 07:28:02",
      orders: [.valves(34, 5, before: 30), .valves(35, 5, before: 38)],
      lots: [.init(id: 1, product: Plant.resin, name: "RES-A", quantity: 100)],
      stock: [Plant.steel: 2_000, Plant.screw: 2_000, Plant.valve: 5],
      hidden: [
        30: [
          .init(
            model: "stock.quant", method: "create",
            arguments: [
              [["product_id": 6, "location_id": 8, "inventory_quantity_auto_apply": 2_000]]
            ],
            keywords: ["context": ["inventory_mode": true]])
        ],
        34: [.init(model: "mrp.production", method: "button_mark_done", arguments: [[34]])],
      ]),
    Flow(
      name: "12",
      orders: [
        .valves(64, 10), .valves(65, 10), .valves(66, 10), .pumps(69, 4),
        .init(id: 70, product: Plant.valve, quantity: 2, before: 29, workOrders: [109, 110]),
        .init(id: 71, product: Plant.valve, quantity: 2, before: 29, workOrders: [111, 112]),
      ],
      lots: [resin, .init(id: 15, product: Plant.pump, name: "PUMP-BATCH-1795419004")],
      hidden: [
        25: [
          .init(
            model: "stock.scrap", method: "create",
            arguments: [
              [["product_id": 6, "scrap_qty": 1], ["product_id": 7, "scrap_qty": 1]]
            ], makes: [25, 26])
        ]
      ]),
    Flow(name: "14a", orders: [.valves(1128, 10, before: 0)]),
    Flow(
      name: "14b",
      orders: [
        .valves(2225, 3, before: 0), .valves(2226, 3, before: 7), .valves(2227, 3),
        .valves(2228, 3),
        .valves(2229, 3, before: 26), .valves(2230, 4, before: 36),
      ]),
    Flow(name: "14c", orders: [.valves(1134, 10, before: 0), .valves(1136, 8)]),
    Flow(
      name: "14d",
      orders: [
        .valves(1140, 4, before: 0), .pumps(1141, 2, before: 8), .valves(1142, 4, before: 16),
        .pumps(1143, 2, before: 23),
      ],
      lots: [
        resin, .init(id: 38, product: Plant.pump, name: "P-38"),
        .init(id: 39, product: Plant.pump, name: "P-39"),
      ]),
    Flow(
      name: "14e",
      orders: [
        .valves(1252, 4), .valves(1253, 4, before: 8),
        .valves(1254, 4, before: 19),
        .init(id: 1255, product: Plant.valve, quantity: 10, backorders: [1256]),
      ],
      products: [.init(id: 886, code: "14E-GREASE", name: "14E-GREASE")],
      stock: [Plant.steel: 1_000, Plant.screw: 2_000, 886: 100]),
    Flow(
      name: "14f",
      orders: [
        .init(id: 2122, product: Plant.pump, quantity: 5, before: 0, backorders: [2124]),
        .pumps(2123, 2), .pumps(2125, 2, before: 23),
      ],
      lots: [
        .init(
          id: 1, product: Plant.resin, name: "RES-A", quantity: 200, reserved: 7,
          since: "2026-11-02 00:00:00"),
        .init(id: 2, product: Plant.resin, name: "RES-B", quantity: 200, reserved: 42),
        .init(id: 54, product: Plant.pump, name: "PUMP-14F-2122-A"),
        .init(id: 55, product: Plant.pump, name: "P-55"),
        .init(id: 56, product: Plant.pump, name: "PUMP-14F-2122-B"),
        .init(id: 57, product: Plant.pump, name: "P-57"),
      ],
      hidden: [
        15: [cancel(2123)],
        // A second quant of the same lot, as concurrent postings leave them.
        0: [
          .init(
            model: "stock.quant", method: "create",
            arguments: [
              [
                [
                  "product_id": 8, "location_id": 8, "lot_id": 2, "quantity": 0,
                  "reserved_quantity": 30,
                ]
              ]
            ])
        ],
      ]),
    Flow(
      name: "14n",
      orders: [
        .init(id: 1216, product: 890, quantity: 10, before: 0),
        .init(id: 1217, product: 890, quantity: 10),
        .init(id: 1218, product: 890, quantity: 10, backorders: [1219]),
        .init(id: 1220, product: 890, quantity: 10),
        .init(id: 1221, product: 893, quantity: 10, backorders: [1222]),
        .init(id: 1223, product: 894, quantity: 10, backorders: [1224]),
      ],
      products: [
        .init(id: 891, code: "14N-SWARF", name: "14N-SWARF"),
        .init(
          id: 890, code: "14N-FG", name: "14N-FG", component: Plant.steel, componentQuantity: 2,
          byproduct: (891, 0.5)),
        .init(
          id: 892, code: "14N-KIT", name: "14N-KIT", component: Plant.screw, componentQuantity: 3,
          isKit: true),
        .init(
          id: 893, code: "14N-FG-KIT", name: "14N-FG-KIT", component: Plant.steel,
          componentQuantity: 1, second: (892, 2)),
        .init(
          id: 894, code: "14N-FG-TWICE", name: "14N-FG-TWICE", component: Plant.screw,
          componentQuantity: 2, secondQuantity: 3),
      ]),
    Flow(
      name: "14h",
      orders: [
        .valves(2094, 10, before: 0), .valves(2096, 10), .valves(2098, 3, before: 18),
        .valves(2099, 3, before: 25),
        .init(id: 2100, product: 887, quantity: 5),
        .init(id: 2102, product: 887, quantity: 5, before: 36),
        .init(id: 2103, product: 887, quantity: 5),
      ],
      products: [.init(id: 887, code: "14H-NO-COMPONENTS", name: "14H-NO-COMPONENTS")],
      hidden: [
        19: [cancel(2098)], 26: [cancel(2099)], 37: [cancel(2102)],
      ]),
    Flow(
      name: "14i",
      orders: [
        .valves(1289, 10), .valves(1292, 10), .valves(1295, 4), .valves(1297, 4), .valves(1299, 10),
        .valves(1301, 10, before: 36), .valves(1303, 10),
      ],
      hidden: [43: [closeWithBackorder(1303)]]),
    Flow(
      name: "14j",
      orders: [
        .valves(1189, 10), .valves(1190, 10), .valves(1191, 10), .valves(1192, 10),
        .valves(1193, 10), .pumps(1195, 2), .valves(1196, 10),
      ],
      lots: [resin]),
    Flow(name: "14k", orders: [.valves(1306, 10, before: 0), .valves(1309, 10)]),
    Flow(
      name: "14l", clock: "2026-11-23 08:43:10",
      orders: [
        .init(id: 1311, product: 896, quantity: 10, before: 0),
        .init(id: 1312, product: 896, quantity: 5, before: 0),
        .init(id: 1313, product: 896, quantity: 10, before: 20),
        .init(id: 1314, product: 896, quantity: 5, before: 20), .valves(1316, 10),
      ],
      products: [
        .init(id: 895, code: "14L-RM-1795423394", name: "14L raw"),
        .init(
          id: 896, code: "14L-FG-1795423394", name: "14L finished", component: 895,
          componentQuantity: 2, hasWorkOrder: true),
      ],
      stock: [Plant.steel: 100_000, Plant.screw: 200_000, 895: 20],
      hidden: [
        20: [
          .init(
            model: "stock.quant", method: "create",
            arguments: [
              [["product_id": 895, "location_id": 8, "inventory_quantity_auto_apply": 20]]
            ],
            keywords: ["context": ["inventory_mode": true]])
        ]
      ]),
    Flow(
      name: "14m",
      orders: [
        .valves(1317, 10), .valves(1318, 10), .valves(1320, 10), .valves(1322, 2), .valves(1323, 2),
        .valves(1324, 2),
      ]),
    Flow(
      name: "14o",
      orders: [
        .init(id: 1225, product: Plant.pump, quantity: 1, moves: [4943, 4944, 4945]),
        .valves(1226, 3),
        .init(id: 1227, product: Plant.valve, quantity: 2, unit: 2, before: 21), .valves(1229, 3),
        .valves(1230, 3),
      ],
      lots: [resin, .init(id: 53, product: Plant.pump, name: "P-53")]),
    Flow(
      name: "14p", clock: "2026-11-23 08:41:33",
      orders: [
        .valves(1231, 4),
        .init(id: 1232, product: Plant.valve, quantity: 4, before: 9, moves: [4970, 4971, 4973]),
        .init(id: 1233, product: Plant.valve, quantity: 4, moves: [4980, 4981, 4983]),
        .init(id: 1234, product: Plant.valve, quantity: 4, moves: [4984, 4985, 4987]),
        .init(id: 1235, product: Plant.valve, quantity: 4, moves: [4988, 4989, 4991]),
      ],
      hiddenAfterOrders: [
        9: [
          .init(
            model: "mrp.production", method: "write",
            arguments: [
              [1232],
              [
                "qty_producing": 4,
                "move_raw_ids": [
                  [1, 4970, ["quantity": 9, "picked": true]],
                  [1, 4971, ["quantity": 16, "picked": true]],
                ],
              ],
            ])
        ]
      ]),
    Flow(
      name: "14q",
      orders: [
        .valves(1236, 10, before: 0), .valves(1237, 10, before: 0), .valves(1238, 10, before: 0),
        .valves(1239, 10, before: 0),
        .valves(1240, 10, before: 0), .valves(1246, 10), .valves(1247, 10, before: 12),
        .valves(1248, 10, before: 12), .valves(1249, 10, before: 12),
      ]),
    Flow(
      name: "14r", clock: "2026-11-23 08:41:46",
      clockBefore: [
        1: "2026-11-23 08:41:47", 3: "2026-11-23 08:41:48", 5: "2026-11-23 08:41:50",
        7: "2026-11-23 08:41:51", 9: "2026-11-23 08:41:52", 11: "2026-11-23 08:41:54",
        13: "2026-11-23 08:41:55", 15: "2026-11-23 08:41:56", 17: "2026-11-23 08:41:58",
        20: "2026-11-23 08:42:00", 26: "2026-11-23 08:42:02", 28: "2026-11-23 08:42:03",
      ],
      toleranceSeconds: 0, orders: [.valves(1250, 10)],
      stock: [Plant.steel: 56_786.5, Plant.screw: 113_584],
      hidden: [
        0: [
          quant(Plant.steel, 15, 105_762.75), quant(Plant.screw, 15, 11_504),
          quant(Plant.valve, 15, -2_774.92), quant(Plant.valve, 8, 2_764.92),
        ]
      ]),
  ]

  /// The lot of resin that the pumps use.
  private static let resin = Lot(id: 2, product: Plant.resin, name: "RES-B", quantity: 700)

  private static func closeWithBackorder(_ order: Int) -> HiddenCall {
    let ids: JSONValue = [.int(Int64(order))]
    return .init(
      model: "mrp.production", method: "button_mark_done", arguments: [ids],
      keywords: [
        "context": [
          "skip_consumption": true, "skip_backorder": true, "skip_redirection": true,
          "mo_ids_to_backorder": ids,
        ]
      ])
  }

  private static func policy(_ consumption: String) -> HiddenCall {
    .init(
      model: "mrp.bom", method: "write", arguments: [[1], ["consumption": .string(consumption)]])
  }

  private static func quant(_ product: Int, _ location: Int, _ quantity: Double) -> HiddenCall {
    .init(
      model: "stock.quant", method: "create",
      arguments: [
        [
          [
            "product_id": .int(Int64(product)), "location_id": .int(Int64(location)),
            "quantity": .double(quantity),
          ]
        ]
      ])
  }

  private static func cancel(_ order: Int) -> HiddenCall {
    .init(model: "mrp.production", method: "action_cancel", arguments: [[.int(Int64(order))]])
  }
}
