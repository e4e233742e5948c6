# A small Rails application with Action Cable on Redis, for the tests to talk to.
#
# REDIS_URL: where to publish; ALLOWED_ORIGIN: a further origin that may connect.
ENV['RAILS_ENV'] ||= 'production'

require 'logger'
require 'rails'
require 'action_controller/railtie'
require 'action_cable/engine'
require 'tmpdir'

module ApplicationCable
  class Connection < ActionCable::Connection::Base
    identified_by :user

    def connect
      self.user = request.params[:token] || request.headers['X-Token'] || cookies[:user]
      reject_unauthorized_connection unless %w[ana bob].include?(user)
    end
  end

  class Channel < ActionCable::Channel::Base; end
end

class WebhookChannel < ApplicationCable::Channel
  def subscribed
    stream_from 'webhooks'
  end
end

class RoomChannel < ApplicationCable::Channel
  def subscribed
    return reject if params[:room] == 'forbidden'

    stream_from "room_#{params[:room]}"
  end

  def speak(data)
    ActionCable.server.broadcast("room_#{params[:room]}", { event: 'said', payload: { from: user, text: data['text'] } })
  end
end

# Says something before Action Cable confirms the subscription.
class GreetingChannel < ApplicationCable::Channel
  def subscribed
    transmit({ event: 'greeting', payload: { for: user } })
  end
end

class BrokenChannel < ApplicationCable::Channel
  def subscribed
    raise 'as on purpose'
  end
end

class TestApplication < Rails::Application
  config.root = Dir.mktmpdir
  config.eager_load = false
  config.secret_key_base = 'only for tests ' * 5
  config.hosts.clear
  config.logger = Logger.new($stderr)
  config.log_level = :fatal
  config.action_cable.mount_path = '/cable'
  config.action_cable.allow_same_origin_as_host = true
  config.action_cable.allowed_request_origins = [ENV['ALLOWED_ORIGIN']].compact
end

TestApplication.initialize!

# Without indifferent access, the adapter does not find its channel_prefix.
ActionCable.server.config.cable = {
  adapter: 'redis', url: ENV.fetch('REDIS_URL'), channel_prefix: 'testapp_production'
}.with_indifferent_access

JSON_TYPE = { 'Content-Type' => 'application/json' }.freeze

# {stream, messages: [...]} or {stream, count: n}, as the application itself broadcasts.
BROADCAST = lambda do |env|
  body = JSON.parse(Rack::Request.new(env).body.read)
  messages = body['messages'] || Array.new(body['count']) { |n| { event: 'counted', payload: { n: n } } }
  messages.each { |message| ActionCable.server.broadcast(body['stream'], message) }
  [200, JSON_TYPE, ['{}']]
end

DISCONNECT = lambda do |env|
  user = JSON.parse(Rack::Request.new(env).body.read)['user']
  ActionCable.server.remote_connections.where(user: user).disconnect
  [200, JSON_TYPE, ['{}']]
end

TestApplication.routes.draw do
  post '/broadcast', to: BROADCAST
  post '/disconnect', to: DISCONNECT
end

run TestApplication
