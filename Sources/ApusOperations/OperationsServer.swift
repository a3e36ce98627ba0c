import ApusServing
import Hummingbird
