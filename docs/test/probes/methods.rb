# frozen_string_literal: true

# Prints what the gem has: the methods of each resource with their arguments, and those of the client.

require "json"
require "lomi"

# The options of a call are described once.
def arguments(method) = method.parameters.map { |_, name| name.to_s } - ["options"]

resources = Lomi::Resources::Methods.instance_methods(false)
client = Lomi::Client.new(api_key: "lomi_sk_test_reference")
methods = resources.flat_map do |resource|
  of = client.public_send(resource).class
  names = of.public_instance_methods(false)
  # `list_all` gives the rows of `list`; the overview describes it once.
  names.reject { |name| name.to_s.end_with?("_all") && names.include?(name.to_s.delete_suffix("_all").to_sym) }
       .map { |name| ["#{resource}.#{name}", { arguments: arguments(of.instance_method(name)) }] }
end
own = Lomi::Client.public_instance_methods(false) - resources + [:replay]
# What Ruby calls itself, and what the other classes of the gem call.
own -= %i[inspect to_s marshal_dump call next_page]
puts JSON.generate(methods: methods.to_h, client: own)
